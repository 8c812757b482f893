-- Deposits (plis). The bytes decide the hour of reception, the commit only states it.

-- One opening or many commits at once in a consultation; one commit at once for a company in it. Advisory,
-- so that thousands of commits do not write their locks into one row.
create function rule.lock_shared(consultation uuid) returns void language sql as $$
        select pg_advisory_xact_lock_shared(hashtextextended('consultation ' || $1::text, 0))
$$;
create function rule.lock_alone(consultation uuid) returns void language sql as $$
        select pg_advisory_xact_lock(hashtextextended('consultation ' || $1::text, 0))
$$;
create function rule.lock_company(consultation uuid, company text) returns void language sql as $$
        select pg_advisory_xact_lock(hashtextextended('company ' || $1::text || ' ' || $2, 0))
$$;

-- A deposit of the actor's company. Another company's does not exist.
create function rule.deposit_own(actor uuid, subject uuid) returns deposit language plpgsql as $$
declare
        company party := rule.actor(actor, array['company']);
        owner bigint := rule.enter(subject, 'deposit');
        kept deposit;
begin
        select * into kept from deposit d where d.body = owner and d.id = subject and d.company = company.company;
        if kept.id is null then
                perform rule.refuse('not-found', format('There is no deposit %s.', subject));
        end if;
        return kept;
end
$$;

create function rule.deposit_started(actor uuid, subject uuid) returns deposit language plpgsql as $$
declare
        kept deposit := rule.deposit_own(actor, subject);
begin
        if kept.state <> 'started' then
                perform rule.refuse('deposit-closed', format('This deposit is %s: nothing can be added.', kept.state));
        end if;
        return kept;
end
$$;

-- Questions to chunk name one day each and are planned anew, so that they look at one partition only.

-- [[first, last], …] of the chunks that are there.
create function rule.arrived(owner bigint, at date, number bigint) returns jsonb
language plpgsql stable set plan_cache_mode = force_custom_plan as $$
begin
        return (select coalesce(jsonb_agg(jsonb_build_array(r.first, r.last) order by r.first), '[]')
                from (select min(n.number) as first, max(n.number) as last
                      from (select k.number, k.number - row_number() over (order by k.number) as island
                            from chunk k where k.body = owner and k.day = at and k.content = arrived.number) n
                      group by n.island) r);
end
$$;

create function rule.bytes(owner bigint, at date, number bigint) returns bigint
language plpgsql stable set plan_cache_mode = force_custom_plan as $$
begin
        return (select coalesce(sum(k.size), 0) from chunk k where k.body = owner and k.day = at and k.content = bytes.number);
end
$$;

create function rule.deposit_json(d deposit) returns jsonb language plpgsql stable as $$
begin
        return (select jsonb_build_object('id', d.id, 'consultation', d.consultation, 'state', d.state, 'started', rule.instant(d.started),
                        'received', rule.instant(d.received), 'late', d.late, 'event', d.event, 'chunk', 262172,
                        'expires', case when d.state = 'started' then rule.instant(rule.deposit_expires(d)) end,
                        'deadline', (select rule.instant(c.deadline) from consultation c where c.body = d.body and c.id = d.consultation),
                        'envelopes', coalesce((select jsonb_agg(jsonb_build_object('envelope', e.name, 'id', e.id, 'lot', e.lot, 'kind', e.kind, 'state', e.state,
                                'manifest', e.manifest is not null, 'chunks', e.chunks, 'arrived', rule.arrived(d.body, e.day, e.content),
                                'bytes', coalesce(e.bytes, rule.bytes(d.body, e.day, e.content)))
                                order by e.name)
                                from envelope e where e.body = d.body and e.deposit = d.id), '[]'))
                || case when d.rehearsal then jsonb_build_object('rehearsal', true, 'findings', d.request -> 'findings') else '{}' end);
end
$$;

-- Allowed after the deadline too: late is a state, not an error (annexe 7 art. 1-I-5). `started` is when the
-- request's first byte came; it cannot be later than now, nor much earlier. {"rehearsal": true} counts for nothing;
-- "clock" (the sender's) and "bytes" (what it means to send) are then judged at its end.
create function api.deposit_open(actor uuid, consultation uuid, started timestamptz, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        company party := rule.actor(actor, array['company']);
        seen consultation := rule.consultation_seen(actor, $2);
        subject uuid := gen_random_uuid();
        key text := request ->> 'key';
        begun timestamptz := least(greatest(coalesce($3, clock_timestamp()), clock_timestamp() - interval '1 hour'), clock_timestamp());
        rehearsal boolean := seen.rehearsal or coalesce(request -> 'rehearsal' = 'true', false);
        kept deposit;
        again uuid;
begin
        if seen.published_at is null then
                perform rule.refuse('not-found', format('There is no consultation %s.', seen.id));
        end if;
        perform pg_advisory_xact_lock(hashtextextended('key ' || actor::text || key, 0)) where key is not null;
        again := rule.remembered(actor, 'deposit', key);
        if again is not null then
                return rule.deposit_json(rule.deposit_own(actor, again));
        end if;
        perform rule.quota_deposits(seen, company.company);
        insert into deposit (body, id, step, state, consultation, party, company, started, rehearsal, request)
        values (seen.body, subject, 1, rule.begin('deposit', seen.body, subject, 'open', actor), seen.id, actor, company.company, begun, rehearsal,
                case when rehearsal then jsonb_strip_nulls(jsonb_build_object('clock', request -> 'clock', 'bytes', request -> 'bytes', 'peer', request -> 'peer')) else '{}' end)
        returning * into kept;
        perform rule.remember(actor, 'deposit', key, subject);
        if request ? 'peer' then
                insert into transfer (body, deposit, envelope, attempt)
                values (seen.body, subject, '', jsonb_build_object('outcome', 'opened', 'started', rule.instant(begun), 'peer', request -> 'peer'));
        end if;
        return rule.deposit_json(kept);
end
$$;

create function rule.envelope_target_check(d deposit, lot text, kind text) returns void language plpgsql as $$
begin
        if lot is not null and lot <> '' and not exists (
                select from consultation_lot l where l.body = d.body and l.consultation = d.consultation and l.number = lot) then
                perform rule.refuse('manifest-mismatch', format('The consultation has no lot "%s".', lot));
        end if;
        if lot = '' and kind is distinct from 'candidature' and exists (select from consultation_lot l where l.body = d.body and l.consultation = d.consultation) then
                perform rule.refuse('manifest-mismatch', 'The consultation has lots: an envelope says which one it is for; only a candidature may be for all.');
        end if;
        if kind is not null and kind <> all (pli.envelope_kinds()) then
                perform rule.refuse('manifest-mismatch', format('"%s" is no kind of envelope.', left(kind, 40)));
        end if;
end
$$;

-- Creates the envelope on first use.
create function api.envelope_admit(actor uuid, deposit uuid, envelope text, lot text, kind text) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        d deposit := rule.deposit_started(actor, $2);
        subject uuid := gen_random_uuid();
        made content;
        kept envelope;
begin
        if $3 !~ '^[a-z0-9-]{1,40}$' then
                perform rule.refuse('envelope-name', format('"%s" is no name of an envelope.', left($3, 60)));
        end if;
        select * into kept from envelope e where e.body = d.body and e.deposit = d.id and e.name = $3;
        if kept.id is null then
                perform rule.envelope_target_check(d, $4, $5);
                perform from deposit x where x.body = d.body and x.id = d.id for update;
                select * into kept from envelope e where e.body = d.body and e.deposit = d.id and e.name = $3;
        end if;
        if kept.id is null then
                if (select count(*) from envelope e where e.body = d.body and e.deposit = d.id) >= 200 then
                        perform rule.refuse('deposit-envelopes', 'A deposit has at most 200 envelopes.');
                end if;
                made := rule.content_begin(d.body, 'envelope');
                insert into envelope (body, id, step, state, deposit, name, lot, kind, day, content)
                values (d.body, subject, 1, rule.begin('envelope', d.body, subject, 'admit', actor), d.id, $3, $4, $5, made.day, made.id)
                returning * into kept;
        end if;
        return jsonb_build_object('day', kept.day, 'content', kept.content, 'chunk', 262172, 'state', kept.state);
end
$$;

create function api.transfer_record(actor uuid, deposit uuid, envelope text, attempt jsonb) returns void
language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        d deposit := rule.deposit_own(actor, $2);
begin
        insert into transfer (body, deposit, envelope, attempt) values (d.body, d.id, $3, $4);
end
$$;

-- Does the manifest speak of this consultation, to this commission, in its order? (DESIGN: sealed envelope)
create function rule.manifest_check(d deposit, summary jsonb) returns void language plpgsql as $$
declare
        c consultation;
begin
        select * into c from consultation x where x.body = d.body and x.id = d.consultation;
        if lower(summary ->> 'consultation') is distinct from c.id::text then
                perform rule.refuse('manifest-mismatch', 'The manifest is sealed for another consultation.');
        end if;
        perform rule.envelope_target_check(d, coalesce(summary ->> 'lot', ''), coalesce(summary ->> 'kind', 'none'));
        if (summary ->> 'threshold')::int is distinct from c.quorum then
                perform rule.refuse('manifest-mismatch', format('The manifest needs %s members to open, the consultation %s.', summary ->> 'threshold', c.quorum));
        end if;
        if rule.summary_digests(summary) is distinct from rule.commission_digests(c) then
                perform rule.refuse('manifest-mismatch', 'The manifest''s recipients are not the commission in its order, each with its substitute.');
        end if;
        if (summary ->> 'chunks')::int is null or (summary ->> 'plaintextSize')::bigint is null or coalesce(summary ->> 'digest', '') !~ '^[0-9a-fA-F]{64}$' then
                perform rule.refuse('manifest-mismatch', 'The manifest says no chunk count, no size or no digest.');
        end if;
end
$$;

-- `summary` is the judge's reading of the manifest (signing/manifest.h names its fields).
create function api.manifest_put(actor uuid, deposit uuid, envelope text, manifest bytea, summary jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        d deposit := rule.deposit_started(actor, $2);
        kept envelope;
begin
        perform rule.manifest_check(d, $5);
        perform api.envelope_admit(actor, $2, $3, coalesce($5 ->> 'lot', ''), $5 ->> 'kind');
        perform from deposit x where x.body = d.body and x.id = d.id and x.state = 'started' for update;
        select * into kept from envelope e where e.body = d.body and e.deposit = d.id and e.name = $3 for update;
        if kept.state <> 'open' then
                perform rule.refuse('deposit-closed', format('This envelope is %s.', kept.state));
        end if;
        if kept.manifest is distinct from $4 then
                update envelope e set manifest = $4, manifest_at = clock_timestamp(), summary = $5, lot = coalesce($5 ->> 'lot', ''), kind = $5 ->> 'kind',
                        chunks = ($5 ->> 'chunks')::int, digest = decode($5 ->> 'digest', 'hex')
                where e.body = d.body and e.id = kept.id;
        end if;
        return jsonb_build_object('envelope', $3, 'chunks', ($5 ->> 'chunks')::int, 'arrived', rule.arrived(d.body, kept.day, kept.content));
end
$$;

create function api.deposit_show(actor uuid, deposit uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
begin
        return rule.deposit_json(rule.deposit_own(actor, $2));
end
$$;

-- What one envelope still lacks: null where it is whole. Chunks but the last are full; each is 28 bytes longer
-- than its plaintext (IV and tag).
create function rule.envelope_missing(e envelope) returns jsonb language plpgsql set plan_cache_mode = force_custom_plan as $$
declare
        kept record;
begin
        if e.manifest is null then
                return jsonb_build_object('envelope', e.name, 'manifest', true);
        end if;
        select coalesce(jsonb_agg(g.number order by g.number) filter (where k.number is null), '[]') as lacking,
                coalesce(bool_and(k.size = 262172 or g.number = e.chunks - 1), false)
                        and sum(k.size) = (e.summary ->> 'plaintextSize')::bigint + 28 * e.chunks as whole,
                sha256(string_agg(k.sha256, ''::bytea order by g.number)) as digest
        into kept
        from generate_series(0, e.chunks - 1) as g (number)
        left join chunk k on k.body = e.body and k.day = e.day and k.content = e.content and k.number = g.number;
        if jsonb_array_length(kept.lacking) > 0 then
                return jsonb_build_object('envelope', e.name, 'chunks', kept.lacking);
        end if;
        if not kept.whole or kept.digest <> e.digest then
                return jsonb_build_object('envelope', e.name, 'digest', true);
        end if;
        return null;
end
$$;

-- The lots that a deposit is for: '' where the consultation has none. A candidature without a lot is for all those of
-- its deposit.
create function rule.deposit_lots(d deposit) returns setof text language plpgsql stable as $$
begin
        return query select distinct e.lot from envelope e where e.body = d.body and e.deposit = d.id and e.lot is not null
                and (e.lot <> '' or not exists (select from consultation_lot l where l.body = d.body and l.consultation = d.consultation));
end
$$;

-- The kinds of envelope that the consultation, or the lot, asks for, in each lot that the deposit is for.
create function rule.kinds_missing(d deposit, c consultation) returns jsonb language plpgsql stable as $$
begin
        return (select coalesce(jsonb_agg(jsonb_build_object('kind', w.kind, 'lot', t.lot) order by t.lot, w.kind), '[]')
                from rule.deposit_lots(d) t (lot)
                left join consultation_lot l on l.body = d.body and l.consultation = d.consultation and l.number = t.lot,
                unnest(coalesce(l.envelopes, c.envelopes)) as w (kind)
                where not exists (select from envelope e where e.body = d.body and e.deposit = d.id and e.kind = w.kind
                        and (e.lot = t.lot or (e.lot = '' and e.kind = 'candidature'))));
end
$$;

create function rule.deposit_whole(d deposit, c consultation) returns void language plpgsql as $$
declare
        missing jsonb;
begin
        select coalesce(jsonb_agg(m), '[]') into missing
        from (select rule.envelope_missing(e) as m from envelope e where e.body = d.body and e.deposit = d.id order by e.name) x where m is not null;
        if missing = '[]' then
                missing := rule.kinds_missing(d, c);
        end if;
        if missing = '[]' and not exists (select from rule.deposit_lots(d)) then
                missing := '[{"envelope": "offre", "manifest": true}]';
        end if;
        if missing <> '[]' then
                perform rule.refuse('deposit-incomplete', missing::text);
        end if;
end
$$;

-- From here on no byte of this content changes: waits for the chunks that are being written. Chunks after the
-- manifest's last are nobody's. The last byte's arrival is kept (R2151-5), of the chunks and of the manifest.
create function rule.envelope_close(e envelope) returns void language plpgsql set plan_cache_mode = force_custom_plan as $$
declare
        kept record;
begin
        perform from content c where c.body = e.body and c.day = e.day and c.id = e.content for update;
        update content c set open = false where c.body = e.body and c.day = e.day and c.id = e.content;
        delete from chunk k where k.body = e.body and k.day = e.day and k.content = e.content and k.number >= e.chunks;
        select sum(k.size) as bytes, max(k.arrived_at) as at into kept from chunk k where k.body = e.body and k.day = e.day and k.content = e.content;
        update envelope x set bytes = kept.bytes, arrived_at = greatest(kept.at, x.manifest_at) where x.body = e.body and x.id = e.id;
end
$$;

-- What happened on the wire: the last thousand attempts one by one, all of them in sum.
create function rule.transfer_fact(d deposit) returns jsonb language plpgsql stable as $$
begin
        return (select jsonb_build_object('transfer', (select jsonb_agg(t.attempt || jsonb_build_object('envelope', t.envelope) order by t.id)
                                from (select * from transfer t where t.body = d.body and t.deposit = d.id order by t.id desc limit 1000) t),
                        'transfers', (select jsonb_build_object('attempts', count(*), 'stored', count(*) filter (where t.attempt ->> 'outcome' = 'stored'),
                                'broken', count(*) filter (where t.attempt ->> 'outcome' not in ('stored', 'opened')))
                                from transfer t where t.body = d.body and t.deposit = d.id)));
end
$$;

create function rule.deposit_fact(d deposit, c consultation) returns jsonb language plpgsql stable as $$
begin
        return (select jsonb_build_object('consultation', rule.consultation_fact(c), 'started', rule.instant(d.started), 'received', rule.instant(d.received), 'late', d.late,
                        'documents', (select jsonb_agg(jsonb_build_object('name', m ->> 'name', 'mediaType', m ->> 'mediaType', 'size', m -> 'size',
                                'envelope', e.name, 'lot', e.lot, 'kind', e.kind) order by e.name, o)
                                from envelope e, jsonb_array_elements(coalesce(e.summary -> 'documents', '[]')) with ordinality as x (m, o)
                                where e.body = d.body and e.deposit = d.id),
                        'envelopes', (select jsonb_agg(jsonb_build_object('envelope', e.name, 'lot', e.lot, 'kind', e.kind, 'bytes', e.bytes, 'chunks', e.chunks,
                                'digest', encode(e.digest, 'hex'), 'manifest', encode(e.manifest_sha256, 'hex')) order by e.name)
                                from envelope e where e.body = d.body and e.deposit = d.id))
                || rule.transfer_fact(d));
end
$$;

-- Envelopes of the former deposit for the same lot stay sealed; a deposit none of whose lots counts any more
-- is replaced.
create function rule.deposit_replace(former uuid, d deposit, c consultation) returns void language plpgsql as $$
begin
        perform rule.step('envelope', d.body, e.id, 'replace', d.party) from envelope e
        where e.body = d.body and e.deposit = former and e.state = 'sealed' and e.lot in (select rule.deposit_lots(d));
        -- A candidature for all lots goes with the last of them.
        perform rule.step('envelope', d.body, e.id, 'replace', d.party) from envelope e
        where e.body = d.body and e.deposit = former and e.state = 'sealed' and e.lot = ''
          and not exists (select from envelope n where n.body = d.body and n.deposit = former and n.state = 'sealed' and n.lot <> '');
        if not exists (select from envelope e where e.body = d.body and e.deposit = former and e.state = 'sealed') then
                perform rule.step('deposit', d.body, former, 'replace', d.party);
                perform rule.append(row(d.body, 'urn:pli:event:DepositReplaced', 'deposit.replaced', 'procurement', 'deposit', former::text, d.party),
                        jsonb_build_object('consultation', rule.consultation_fact(c), 'replacedBy', d.id));
        end if;
end
$$;

create function rule.deposit_stand(d deposit, c consultation) returns void language plpgsql as $$
declare
        former uuid[];
begin
        former := array(select distinct s.deposit from standing s where s.body = d.body and s.consultation = d.consultation
                and s.company = d.company and s.late = d.late and s.lot in (select rule.deposit_lots(d)));
        insert into standing (body, consultation, company, lot, late, deposit)
        select d.body, d.consultation, d.company, l, d.late, d.id from rule.deposit_lots(d) l
        on conflict (body, consultation, company, lot, late) do update set deposit = excluded.deposit;
        perform rule.deposit_replace(f, d, c) from unnest(former) f;
end
$$;

-- `key` is remembered by the state itself: a committed deposit answers again what it answered.
create function api.deposit_commit(actor uuid, deposit uuid, key text) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        d deposit := rule.deposit_own(actor, $2);
        c consultation;
begin
        perform rule.lock_shared(d.consultation);
        perform rule.lock_company(d.consultation, d.company);
        select * into d from deposit x where x.body = d.body and x.id = d.id for update;
        if d.event is not null then
                return rule.deposit_json(d);
        end if;
        if d.state <> 'started' then
                perform rule.refuse('deposit-closed', format('This deposit is %s.', d.state));
        end if;
        select * into c from consultation x where x.body = d.body and x.id = d.consultation;
        perform rule.envelope_close(e) from (select * from envelope x where x.body = d.body and x.deposit = d.id order by x.content) e;
        perform rule.deposit_whole(d, c);
        if d.rehearsal then
                return rule.deposit_json(rule.rehearsal_end(d, c));
        end if;
        perform rule.step('deposit', d.body, d.id, 'commit', actor);
        perform rule.step('envelope', d.body, e.id, 'commit', actor) from envelope e where e.body = d.body and e.deposit = d.id;
        d.received := (select max(e.arrived_at) from envelope e where e.body = d.body and e.deposit = d.id);
        update deposit x set received = d.received, late = d.received > c.deadline or c.opening_at is not null
        where x.body = d.body and x.id = d.id returning * into d;
        perform rule.deposit_stand(d, c);
        d.event := rule.append(row(d.body, 'SubmissionAcceptance', 'deposit.committed', 'procurement', 'deposit', d.id::text, actor), rule.deposit_fact(d, c));
        update deposit x set event = d.event where x.body = d.body and x.id = d.id;
        return rule.deposit_json(d);
end
$$;

-- The event that ended a deposit: asked to end it again, it answers again what it answered. Null: it has not ended so.
create function rule.deposit_ended(d deposit, fact text) returns bigint language sql stable as $$
        select max(e.id) from pli.event e where e.body = $1.body and e.subject = $1.id::text and e.fact = $2
$$;

-- Until the deadline only.
create function api.deposit_withdraw(actor uuid, deposit uuid) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        d deposit := rule.deposit_own(actor, $2);
        c consultation;
        receipt bigint;
begin
        perform rule.lock_shared(d.consultation);
        perform rule.lock_company(d.consultation, d.company);
        select * into d from deposit x where x.body = d.body and x.id = d.id for update;
        select * into c from consultation x where x.body = d.body and x.id = d.consultation;
        if d.state = 'withdrawn' then
                return jsonb_build_object('event', rule.deposit_ended(d, 'deposit.withdrawn'));
        end if;
        if c.deadline <= clock_timestamp() then
                perform rule.refuse('withdrawal-after-deadline', format('The deadline was %s; it is %s.', rule.instant(c.deadline), rule.instant(clock_timestamp())));
        end if;
        perform rule.step('deposit', d.body, d.id, 'withdraw', actor);
        perform rule.step('envelope', d.body, e.id, 'withdraw', actor) from envelope e where e.body = d.body and e.deposit = d.id and e.state = 'sealed';
        delete from standing s where s.body = d.body and s.deposit = d.id;
        receipt := rule.append(row(d.body, 'urn:pli:event:DepositWithdrawn', 'deposit.withdrawn', 'procurement', 'deposit', d.id::text, actor),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'withdrawn', d.event));
        return jsonb_build_object('event', receipt);
end
$$;
