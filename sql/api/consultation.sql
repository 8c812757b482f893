-- Consultations.

-- A consultation the actor may see: published, or one that its own body prepares.
create function rule.consultation_known(actor uuid, subject uuid) returns consultation language plpgsql as $$
declare
        owner bigint := rule.enter(subject, 'consultation');
        kept consultation;
begin
        select * into kept from consultation c where c.body = owner and c.id = subject;
        if kept.published_at is null and not rule.buys(actor, owner) then
                perform rule.refuse('not-found', format('There is no consultation %s.', subject));
        end if;
        return kept;
end
$$;

-- The same, and all of it: one with an access code only to those who have shown it (access.sql).
create function rule.consultation_seen(actor uuid, subject uuid, token text default null) returns consultation language plpgsql as $$
declare
        kept consultation := rule.consultation_known(actor, subject);
begin
        if not rule.access_given(kept, actor, token) then
                perform rule.refuse('access-code', 'This consultation is for those whom the buyer has given a code.');
        end if;
        return kept;
end
$$;

-- A draft that the actor, a buyer of its body, may still change. Locked.
create function rule.consultation_draft(actor uuid, subject uuid) returns consultation language plpgsql as $$
declare
        buyer party := rule.actor(actor, array['buyer']);
        owner bigint := rule.enter(subject, 'consultation');
        kept consultation;
begin
        if buyer.body <> owner then
                perform rule.refuse('not-found', format('There is no consultation %s.', subject));
        end if;
        select * into kept from consultation c where c.body = owner and c.id = subject for update;
        if kept.state <> 'draft' then
                perform rule.refuse('consultation-published', 'A published consultation changes by corrections only.');
        end if;
        return kept;
end
$$;

create function rule.consultation_json(c consultation) returns jsonb language plpgsql stable as $$
begin
        return (select jsonb_build_object('id', c.id, 'reference', c.reference, 'title', c.title, 'object', c.object, 'procedure', c.procedure,
                        'state', c.state, 'body', rule.body_json(c.body), 'published', rule.instant(c.published_at), 'deadline', rule.instant(c.deadline),
                        'now', rule.instant(clock_timestamp()), 'quorum', c.quorum, 'envelopes', to_jsonb(c.envelopes), 'corrections', c.corrections,
                        'nature', c.nature, 'cpv', to_jsonb(c.cpv), 'place', c.place, 'technique', c.technique, 'months', c.months, 'framework', c.framework,
                        'restricted', c.access_sha256 is not null)
                || case when c.rehearsal then '{"rehearsal": true}'::jsonb else '{}' end
                || case when c.candidatures_first then '{"candidaturesFirst": true}'::jsonb else '{}' end);
end
$$;

-- What an event says of the consultation (annexe 7 art. 2-III).
create function rule.consultation_fact(c consultation) returns jsonb language sql stable as $$
        select jsonb_build_object('id', c.id, 'reference', c.reference, 'title', c.title, 'object', c.object, 'deadline', rule.instant(c.deadline))
$$;

create function rule.consultation_whole(c consultation) returns jsonb language plpgsql stable as $$
begin
        return (select rule.consultation_json(c) || jsonb_build_object(
                        'criteria', c.criteria, 'outcome', c.outcome,
                        'lots', coalesce((select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('number', l.number, 'title', l.title, 'envelopes', to_jsonb(l.envelopes),
                                        'cpv', case when cardinality(l.cpv) > 0 then to_jsonb(l.cpv) end, 'place', l.place)) order by l.number)
                                from consultation_lot l where l.body = c.body and l.consultation = c.id), '[]'),
                        'members', coalesce((select jsonb_agg(jsonb_build_object('x', m.x, 'name', p.name, 'certificate', rule.base64(p.certificate),
                                'sha256', encode(p.certificate_sha256, 'hex'))
                                || case when q.id is null then '{}'::jsonb else jsonb_build_object('substitute', jsonb_build_object('name', q.name,
                                'certificate', rule.base64(q.certificate), 'sha256', encode(q.certificate_sha256, 'hex'))) end order by m.x)
                                from consultation_member m join party p on p.id = m.party left join party q on q.id = m.substitute where m.body = c.body and m.consultation = c.id), '[]'),
                        'documents', coalesce((select jsonb_agg(rule.document_json(d) order by d.name)
                                from document d where d.body = c.body and d.consultation = c.id and d.size is not null), '[]')));
end
$$;

-- Who is to sit on a commission: enrolled as a member, and known to hold his key.
create function rule.member_party(member jsonb, x int) returns uuid language plpgsql as $$
declare
        digest bytea := coalesce(decode(member ->> 'sha256', 'hex'), sha256(decode(member ->> 'certificate', 'base64')));
        holder party;
begin
        select * into holder from party p where p.certificate_sha256 = digest and 'member' = any (p.roles) and p.disabled_at is null;
        if holder.id is null then
                perform rule.refuse('consultation-members', format('Member %s is not enrolled with the role member.', x));
        elsif not rule.key_proven(holder.id) then
                perform rule.refuse('key-unproven', format('%s (member %s) has not shown that he holds the key of this certificate.', holder.name, x));
        end if;
        return holder.id;
end
$$;

-- The commission, in the order given: member n holds the shares of x = n; a substitute holds the same ones.
create function rule.members_add(owner bigint, subject uuid, members jsonb) returns void language plpgsql as $$
declare
        member jsonb;
        x int := 0;
begin
        if jsonb_array_length(members) not between 1 and 16 then
                perform rule.refuse('consultation-members', 'A commission has 1 to 16 members.');
        end if;
        for member in select value from jsonb_array_elements(members) loop
                x := x + 1;
                insert into consultation_member (body, consultation, x, party, substitute) values (owner, subject, x, rule.member_party(member, x),
                        case when jsonb_typeof(member -> 'substitute') = 'object' then rule.member_party(member -> 'substitute', x) end)
                on conflict do nothing;
                if not found then
                        perform rule.refuse('consultation-members', format('Member %s is named twice.', x));
                end if;
        end loop;
        if exists (select from consultation_member m join consultation_member s on s.body = m.body and s.consultation = m.consultation and s.substitute = m.party
                   where m.body = owner and m.consultation = subject) then
                perform rule.refuse('consultation-members', 'A substitute has a seat of its own: it would count twice.');
        end if;
end
$$;

create function api.consultation_create(actor uuid, consultation jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        input jsonb := $2;
        buyer party := rule.actor(actor, array['buyer']);
        subject uuid := gen_random_uuid();
        made consultation;
        kinds text[] := array(select jsonb_array_elements_text(rule.member_list(input, 'envelopes')));
        members jsonb := rule.member_list(input, 'members');
        quorum int := coalesce((input ->> 'quorum')::int, 2);
begin
        if quorum > jsonb_array_length(members) then
                perform rule.refuse('consultation-members', format('A quorum of %s needs as many members.', quorum));
        end if;
        insert into consultation (body, id, step, state, reference, title, object, procedure, deadline, quorum, envelopes, created_by, rehearsal, candidatures_first)
        values (buyer.body, subject, 1, rule.begin('consultation', buyer.body, subject, 'create', actor), rule.member_text(input, 'reference'),
                rule.member_text(input, 'title'), rule.member_text(input, 'object'), coalesce(input ->> 'procedure', 'MAPA'),
                rule.member_instant(input, 'deadline'), quorum, case when cardinality(kinds) > 0 then kinds else array['offre'] end, actor,
                coalesce(input -> 'rehearsal' = 'true', false), coalesce(input -> 'candidaturesFirst' = 'true', false))
        returning * into made;
        made := rule.procedure_set(made, input - array['reference', 'title', 'object', 'deadline']);
        perform rule.lots_set(made, rule.member_list(input, 'lots'));
        perform rule.members_add(made.body, subject, members);
        return rule.consultation_own(made);
exception
        when unique_violation then
                perform rule.refuse('consultation-reference-taken', 'This reference (or a lot number) is used twice.');
        when check_violation or not_null_violation then
                perform rule.refuse('json-malformed', sqlerrm);
end
$$;

-- The publication itself, whoever asks for it: the buyer now, or the clock (schedule.sql).
create function rule.consultation_publish(draft consultation, actor uuid) returns jsonb language plpgsql as $$
declare
        c consultation := draft;
        warnings jsonb;
begin
        if c.deadline <= clock_timestamp() then
                perform rule.refuse('consultation-deadline', format('The deadline %s is over; it is %s.', rule.instant(c.deadline), rule.instant(clock_timestamp())));
        end if;
        perform rule.procedure_check(c);
        warnings := rule.trial_check(c);
        perform rule.step('consultation', c.body, c.id, 'publish', actor);
        update consultation x set published_at = clock_timestamp(), publish_at = null where x.body = c.body and x.id = c.id returning * into c;
        perform rule.append(row(c.body, 'urn:pli:event:ConsultationPublished', 'consultation.published', 'procurement', 'consultation', c.id::text, actor),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'documents', (rule.consultation_whole(c) -> 'documents'), 'reasons', nullif(warnings, '[]')));
        return rule.consultation_own(c) || jsonb_build_object('warnings', warnings);
end
$$;

-- {"at"}: not before then.
create function api.consultation_publish(actor uuid, consultation uuid, request jsonb default '{}') returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        draft consultation := rule.consultation_draft(actor, $2);
        wanted timestamptz := case when request ? 'at' then rule.member_instant(request, 'at') end;
begin
        if wanted is null or wanted <= clock_timestamp() then
                return rule.consultation_publish(draft, actor);
        end if;
        return rule.consultation_own(rule.consultation_schedule(draft, actor, wanted));
end
$$;

-- The words as people type them; a reference as it is written is found too. null: any.
create function rule.search_query(search text) returns tsquery language sql stable as $$
        select case when coalesce(trim(search), '') <> '' then websearch_to_tsquery('plain_french', search)
                || (quote_literal(translate(lower(trim(search)), '\''', '  ')))::tsquery end
$$;

-- Does this notice fit? null in the filter: any.
create function rule.notice_fits(n public_notice, query tsquery, code text, filter jsonb, holder bigint) returns boolean language sql immutable as $$
        select (query is null or n.words @@ query) and (code is null or n.codes @> array[code]) and (filter ->> 'place' is null or n.places @> array[filter ->> 'place'])
                and (filter ->> 'procedure' is null or n.procedure = filter ->> 'procedure') and (filter ->> 'nature' is null or n.nature = filter ->> 'nature')
                and (filter ->> 'body' is null or n.owner = holder)
$$;

-- Newest first; `after` is the last page's "next". `filter`: {"cpv", "place": prefixes, "procedure", "nature", "body": a SIRET,
-- "open": true, "before": an instant}. First the newest 2000 are looked through, which finds a page of what is frequent; what is
-- not there often enough is rare, and found by its index.
create function api.consultation_list(search text, after text, lim int, filter jsonb default '{}') returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp set plan_cache_mode = force_custom_plan set client_min_messages = warning as $$
declare
        query tsquery := rule.search_query(search);
        most int := least(greatest(coalesce(lim, 50), 1), 200);
        last_at timestamptz := 'infinity';
        last_id uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
        code text := rule.cpv_prefix(filter ->> 'cpv');
        due timestamptz := case when filter ? 'before' then rule.member_instant(filter, 'before') else 'infinity' end;
        since timestamptz := case when filter -> 'open' = 'true' then clock_timestamp() else '-infinity' end;
        holder bigint := (select b.id from body b where b.siret = filter ->> 'body');
        found uuid[];
        page jsonb;
begin
        perform rule.act_everywhere();
        if coalesce(after, '') <> '' then
                last_at := split_part(after, '/', 1)::timestamptz;
                last_id := split_part(after, '/', 2)::uuid;
        end if;
        found := array(select x.id from (select * from public_notice n where (n.published_at, n.id) < (last_at, last_id) order by n.published_at desc, n.id desc limit 2000) x
                where rule.notice_fits(x, query, code, filter, holder) and x.deadline between since and due order by x.published_at desc, x.id desc limit most);
        if cardinality(found) < most then
                found := array(with kept as materialized (select x.id, x.published_at from public_notice x
                        where (query is null or x.words @@ query) and (code is null or x.codes @> array[code]) and (filter ->> 'place' is null or x.places @> array[filter ->> 'place'])
                        and rule.notice_fits(x, null, null, filter - 'place', holder) and x.deadline between since and due and (x.published_at, x.id) < (last_at, last_id))
                        select k.id from kept k order by k.published_at desc, k.id desc limit most);
        end if;
        select jsonb_agg(rule.consultation_json(c) order by n.published_at desc, n.id desc) into page
        from public_notice n join consultation c on c.body = n.owner and c.id = n.id where n.id = any (found);
        return jsonb_build_object('consultations', coalesce(page, '[]'),
                'next', case when jsonb_array_length(page) = most then (page -> -1 ->> 'published') || '/' || (page -> -1 ->> 'id') end);
exception
        when invalid_datetime_format or invalid_text_representation or datetime_field_overflow then
                perform rule.refuse('request-malformed', 'after is the "next" of the page before');
end
$$;

-- Without its code, a restricted consultation shows what its notice shows.
create function api.consultation_show(actor uuid, consultation uuid, token text default null) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        c consultation := rule.consultation_known(actor, $2);
begin
        if rule.buys(actor, c.body) then
                return rule.consultation_own(c);
        end if;
        return case when rule.access_given(c, actor, $3) then rule.consultation_whole(c) else rule.consultation_json(c) end;
end
$$;
