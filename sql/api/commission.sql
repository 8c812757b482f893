-- Commissions: proofs that members hold their keys, and the rehearsal of the opening.

-- ---- possession of a key ----

create function rule.key_proven(party uuid) returns boolean language plpgsql stable as $$
begin
        return rule.setting('member-proof') = 0 or exists (select from key_proof k where k.party = $1);
end
$$;

create function rule.key_prove(party uuid, kind text, evidence bytea) returns bigint language plpgsql as $$
declare
        holder party;
        acting text := coalesce(current_setting('pli.body', true), '');
        number bigint;
begin
        select * into holder from party p where p.id = $1;
        insert into key_proof values ($1, $2, $3) on conflict do nothing;
        if not found then
                return null;
        end if;
        perform rule.act_everywhere();
        number := rule.append(row(null::bigint, 'urn:pli:event:KeyProven', 'key.proven', 'platform', 'party', holder.id::text, holder.id),
                jsonb_build_object('reasons', jsonb_build_array(jsonb_build_object('code', $2, 'text', encode($3, 'hex')))));
        perform set_config('pli.body', acting, true);
        return number;
end
$$;

-- The certificate for which a challenge is to be sealed, and whether its holder has answered one.
create function api.key_show(actor uuid) returns jsonb language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        holder party := rule.actor(actor, array['member']);
begin
        return jsonb_build_object('name', holder.name, 'certificate', rule.base64(holder.certificate), 'sha256', encode(holder.certificate_sha256, 'hex'),
                'proofs', (select coalesce(jsonb_agg(jsonb_build_object('kind', k.kind, 'at', rule.instant(k.at)) order by k.at), '[]') from key_proof k where k.party = holder.id));
end
$$;

-- `summary` is the judge's reading of the manifest; it must be sealed for this certificate alone.
create function api.key_challenge_put(actor uuid, manifest bytea, summary jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        holder party := rule.actor(actor, array['member']);
        share bytea := decode($3 #>> '{members,0,share}', 'hex');
        until timestamptz := clock_timestamp() + interval '1 hour';
begin
        if jsonb_array_length($3 -> 'members') <> 1 or $3 #>> '{members,0,certificate}' is distinct from encode(holder.certificate_sha256, 'hex') then
                perform rule.refuse('manifest-mismatch', 'The challenge is not sealed for this certificate.');
        end if;
        insert into key_challenge values (holder.id, $2, share, until)
        on conflict (party) do update set manifest = excluded.manifest, share = excluded.share, until = excluded.until;
        return jsonb_build_object('manifest', rule.base64($2), 'until', rule.instant(until));
end
$$;

create function api.key_challenge_answer(actor uuid, answer jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        holder party := rule.actor(actor, array['member']);
        given bytea := decode(rule.member_text($2, 'share'), 'base64');
        kept key_challenge;
begin
        select * into kept from key_challenge k where k.party = holder.id;
        if kept.party is null or kept.until < clock_timestamp() then
                perform rule.refuse('key-challenge', 'No challenge is open for this certificate; ask for one.');
        elsif sha256(given) <> kept.share then
                perform rule.refuse('share-wrong', 'This is not what was sealed for this certificate.');
        end if;
        delete from key_challenge k where k.party = holder.id;
        perform rule.key_prove(holder.id, 'share', kept.share);
        return api.key_show(actor);
end
$$;

-- ---- the rehearsal of an opening ----

-- A consultation of the actor's body, or of whose commission he is; drafts too, as one rehearses before publication.
create function rule.commission_seen(actor uuid, subject uuid) returns consultation language plpgsql as $$
declare
        viewer party := rule.actor(actor, array['buyer', 'member']);
        owner bigint := rule.enter(subject, 'consultation');
        kept consultation;
begin
        select * into kept from consultation c where c.body = owner and c.id = subject;
        if not (('buyer' = any (viewer.roles) and viewer.body = owner) or rule.member_x(kept, actor) is not null) then
                perform rule.refuse('not-found', format('There is no consultation %s for you to open.', subject));
        end if;
        return kept;
end
$$;

-- Every key of the commission: the members' and their substitutes'.
create function rule.commission_keys(c consultation) returns table (x int, substitute boolean, party uuid) language plpgsql stable as $$
begin
        return query select m.x, false, m.party from consultation_member m where m.body = c.body and m.consultation = c.id
        union all select m.x, true, m.substitute from consultation_member m where m.body = c.body and m.consultation = c.id and m.substitute is not null
        order by 1, 2;
end
$$;

create function rule.trial_json(c consultation, actor uuid) returns jsonb language plpgsql stable as $$
begin
        return (select jsonb_build_object('consultation', c.id, 'reference', c.reference, 'quorum', c.quorum, 'x', rule.member_x(c, actor),
                        'made', rule.instant(t.at), 'opened', rule.instant(t.opened_at), 'manifest', rule.base64(t.manifest),
                        'keys', (select jsonb_agg(jsonb_build_object('x', k.x, 'substitute', k.substitute, 'name', p.name, 'sha256', encode(p.certificate_sha256, 'hex'),
                                'certificate', rule.base64(p.certificate), 'at', rule.instant(s.at)) order by k.x, k.substitute)
                                from rule.commission_keys(c) k join party p on p.id = k.party
                                left join opening_trial_share s on s.body = c.body and s.consultation = c.id and s.party = k.party))
                from (select 1) one left join opening_trial t on t.body = c.body and t.consultation = c.id);
end
$$;

create function api.opening_trial_show(actor uuid, consultation uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
begin
        return rule.trial_json(rule.commission_seen(actor, $2), actor);
end
$$;

-- The recipients of a manifest, seat by seat: the member's certificate, then its substitute's.
create function rule.commission_digests(c consultation) returns jsonb language plpgsql stable as $$
begin
        return (select jsonb_agg(jsonb_build_array(encode(p.certificate_sha256, 'hex'), encode(q.certificate_sha256, 'hex')) order by m.x)
                from consultation_member m join party p on p.id = m.party left join party q on q.id = m.substitute where m.body = c.body and m.consultation = c.id);
end
$$;
create function rule.summary_digests(summary jsonb) returns jsonb language plpgsql immutable as $$
begin
        return (select jsonb_agg(jsonb_build_array(lower(r ->> 'certificate'), lower(r ->> 'substitute')) order by o)
                from jsonb_array_elements(rule.member_list(summary, 'members')) with ordinality as l (r, o));
end
$$;

-- The first that is made stands; whoever comes second answers that one.
create function api.opening_trial_put(actor uuid, consultation uuid, manifest bytea, ciphertext bytea, summary jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.commission_seen(actor, $2);
begin
        if rule.summary_digests($5) is distinct from rule.commission_digests(c) or ($5 ->> 'threshold')::int is distinct from c.quorum then
                perform rule.refuse('manifest-mismatch', 'The rehearsal is not sealed for this commission.');
        end if;
        insert into opening_trial (body, consultation, manifest, ciphertext, summary) values (c.body, c.id, $3, $4, $5) on conflict do nothing;
        return rule.trial_json(c, actor);
end
$$;

-- One key of the commission has opened its share. At the quorum the front opens the envelope itself: "shares" says so.
create function api.opening_trial_answer(actor uuid, consultation uuid, answer jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.commission_seen(actor, $2);
        x int := rule.member_x(c, actor);
        given bytea := decode(rule.member_text($3, 'share'), 'base64');
        t opening_trial;
        shares bytea;
begin
        select * into t from opening_trial o where o.body = c.body and o.consultation = c.id for update;
        if x is null then
                perform rule.refuse('forbidden', 'Only a member of the commission holds a share.');
        elsif t.manifest is null then
                perform rule.refuse('key-challenge', 'No rehearsal is open for this commission; ask for one.');
        elsif length(given) <> 33 or get_byte(given, 0) <> x or encode(sha256(given), 'hex') is distinct from lower(t.summary -> 'members' -> (x - 1) ->> 'share') then
                perform rule.refuse('share-wrong', 'This is not your share of the rehearsal.');
        end if;
        insert into opening_trial_share (body, consultation, party, share) values (c.body, c.id, actor, given) on conflict do nothing;
        if found then
                perform rule.key_prove(actor, 'share', sha256(given));
                perform rule.append(row(c.body, 'urn:pli:event:OpeningRehearsed', 'opening.rehearsed', 'procurement', 'opening', c.id::text, actor),
                        jsonb_build_object('consultation', rule.consultation_fact(c)));
        end if;
        select string_agg(s.share, ''::bytea order by get_byte(s.share, 0)) into shares
        from (select distinct on (get_byte(o.share, 0)) o.share from opening_trial_share o where o.body = c.body and o.consultation = c.id
              order by get_byte(o.share, 0) limit c.quorum) s;
        return rule.trial_json(c, actor) || case when t.opened_at is null and length(shares) = 33 * c.quorum
                then jsonb_build_object('shares', rule.base64(shares), 'ciphertext', rule.base64(t.ciphertext)) else '{}' end;
end
$$;

-- The quorum's shares opened the envelope of the rehearsal, in a judge, as on the day.
create function api.opening_trial_settle(actor uuid, consultation uuid) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.commission_seen(actor, $2);
begin
        update opening_trial t set opened_at = clock_timestamp() where t.body = c.body and t.consultation = c.id and t.opened_at is null;
        if found then
                perform rule.append(row(c.body, 'urn:pli:event:OpeningRehearsalComplete', 'opening.rehearsal-complete', 'procurement', 'opening', c.id::text, actor),
                        jsonb_build_object('consultation', rule.consultation_fact(c), 'minutes', jsonb_build_object('quorum', c.quorum, 'members', (
                                select jsonb_agg(jsonb_build_object('x', k.x, 'name', p.name, 'present', s.at is not null, 'at', rule.instant(s.at)) order by k.x, k.substitute)
                                from rule.commission_keys(c) k join party p on p.id = k.party
                                left join opening_trial_share s on s.body = c.body and s.consultation = c.id and s.party = k.party))));
        end if;
        return rule.trial_json(c, actor);
end
$$;

-- The names of those whose keys have not rehearsed.
create function rule.trial_absent(c consultation) returns text[] language plpgsql stable as $$
begin
        return array(select p.name from rule.commission_keys(c) k join party p on p.id = k.party
                where not exists (select from opening_trial_share s where s.body = c.body and s.consultation = c.id and s.party = k.party) order by k.x, k.substitute);
end
$$;

-- At publication, as the operator's setting says: nothing, a warning, or a refusal.
create function rule.trial_check(c consultation) returns jsonb language plpgsql as $$
declare
        absent text[] := rule.trial_absent(c);
        strictness bigint := case when c.rehearsal then 0 else rule.setting('opening-rehearsal') end;
begin
        if strictness = 0 or cardinality(absent) = 0 then
                return '[]';
        elsif strictness = 2 then
                perform rule.refuse('opening-unrehearsed', format('These keys have not rehearsed the opening: %s.', array_to_string(absent, ', ')));
        end if;
        return jsonb_build_array(jsonb_build_object('code', 'opening-unrehearsed', 'text', format('These keys have not rehearsed the opening: %s.', array_to_string(absent, ', '))));
end
$$;
