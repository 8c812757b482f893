-- Retention and destruction of tenders. The day is a rule's; what is destroyed are the bytes: what was deposited, by whom, when,
-- its digests, what opening it gave, and every receipt stay.

-- Until when a deposit is kept: by the rule, or longer where the buyer says so.
create function rule.retention_until(c consultation, d deposit) returns timestamptz language plpgsql stable as $$
declare
        signed timestamptz := (select max(k.signed_at) from contract k where k.body = c.body and k.consultation = c.id);
        ended timestamptz := (select max(k.signed_at + k.months * interval '1 month') from contract k where k.body = d.body and k.deposit = d.id);
begin
        return greatest(coalesce(signed, c.opened_at, c.deadline) + rule.setting('retention-days') * interval '1 day',
                ended + rule.setting('retention-contract-days') * interval '1 day',
                (select r.held_until from retention r where r.body = c.body and r.consultation = c.id));
end
$$;

create function rule.retention_json(c consultation) returns jsonb language plpgsql stable as $$
declare
        kept retention;
begin
        select * into kept from retention r where r.body = c.body and r.consultation = c.id;
        return jsonb_build_object('consultation', c.id, 'reference', c.reference, 'body', rule.body_json(c.body), 'visa', kept.visa,
                'visaNeeded', rule.setting('destruction-visa') = 1, 'heldUntil', rule.instant(kept.held_until), 'reason', kept.hold_reason, 'deposits', (
                        select coalesce(jsonb_agg(jsonb_build_object('deposit', d.id, 'company', p.organisation, 'received', rule.instant(d.received),
                                'until', rule.instant(rule.retention_until(c, d)), 'due', rule.retention_until(c, d) < clock_timestamp(),
                                'destroyed', rule.instant(d.destroyed_at)) order by d.received, d.id), '[]')
                        from deposit d join party p on p.id = d.party
                        where d.body = c.body and d.consultation = c.id and d.received is not null and not d.rehearsal and c.opening_at is not null));
end
$$;

create function api.retention_show(actor uuid, consultation uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
begin
        return rule.retention_json(rule.opening_seen(actor, $2));
end
$$;

-- {"until", "reason"}: a later day; {"visa"}: the archives' reference, once they have agreed to the destruction.
create function api.retention_set(actor uuid, consultation uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.buyer_consultation(actor, $2);
        kept retention;
begin
        if c.opening_at is null then
                perform rule.refuse('opening-not-started', 'The opening has not been started: there is nothing to destroy yet.');
        end if;
        insert into retention (body, consultation) values (c.body, c.id) on conflict do nothing;
        select * into kept from retention r where r.body = c.body and r.consultation = c.id for update;
        if $3 ? 'until' then
                if rule.member_instant($3, 'until') <= coalesce(kept.held_until, '-infinity') then
                        perform rule.refuse('retention-shorter', format('It is kept until %s already; a day once said is not shortened.', rule.instant(kept.held_until)));
                end if;
                update retention r set held_until = rule.member_instant($3, 'until'), hold_reason = rule.member_text($3, 'reason') where r.body = c.body and r.consultation = c.id;
        end if;
        if $3 ? 'visa' then
                update retention r set visa = rule.member_text($3, 'visa') where r.body = c.body and r.consultation = c.id;
        end if;
        perform rule.append(row(c.body, 'urn:pli:event:RetentionSet', 'retention.set', 'procurement', 'consultation', c.id::text, actor),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'reasons', jsonb_build_array(
                        jsonb_strip_nulls(jsonb_build_object('code', case when $3 ? 'visa' then 'visa' else 'held' end,
                                'text', concat_ws(' ', $3 ->> 'visa', $3 ->> 'until', $3 ->> 'reason'))))));
        return rule.retention_json(c);
exception
        when check_violation then
                perform rule.refuse('json-malformed', sqlerrm);
end
$$;

-- The bytes of every envelope go; each is described in the event by its digests, as its receipt does.
create function rule.deposit_destroy(c consultation, d deposit) returns void language plpgsql as $$
declare
        visa text := (select r.visa from retention r where r.body = c.body and r.consultation = c.id);
begin
        perform rule.content_drop(e.body, e.day, e.content) from (
                select * from envelope x where x.body = d.body and x.deposit = d.id and x.state not in ('open', 'abandoned', 'rehearsed', 'destroyed') order by x.content) e;
        perform rule.step('envelope', e.body, e.id, 'destroy', null) from envelope e
        where e.body = d.body and e.deposit = d.id and e.state not in ('open', 'abandoned', 'rehearsed', 'destroyed');
        update deposit x set destroyed_at = clock_timestamp() where x.body = d.body and x.id = d.id;
        perform rule.append(row(d.body, 'urn:pli:event:DepositDestroyed', 'deposit.destroyed', 'procurement', 'deposit', d.id::text, d.party),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'received', rule.instant(d.received), 'late', d.late, 'envelopes', (
                        select jsonb_agg(jsonb_build_object('envelope', e.name, 'lot', e.lot, 'kind', e.kind, 'bytes', e.bytes,
                                'digest', encode(e.digest, 'hex'), 'manifest', encode(e.manifest_sha256, 'hex')) order by e.name)
                        from envelope e where e.body = d.body and e.deposit = d.id and e.manifest is not null),
                        'reasons', jsonb_build_array(jsonb_build_object('code', 'retention-over', 'text',
                                concat_ws(' ', format('Kept until %s.', rule.instant(rule.retention_until(c, d))), 'Visa: ' || visa)))));
end
$$;

-- Is anything being done with it? An opening that goes on is never swept away.
create function rule.retention_free(c consultation, visa_needed boolean) returns boolean language plpgsql stable as $$
begin
        return c.state not in ('draft', 'scheduled', 'published', 'closed', 'opening')
                and (not visa_needed or exists (select from retention r where r.body = c.body and r.consultation = c.id and r.visa is not null));
end
$$;

-- Destroys what is due, some at a time: "more" says to ask again. One program does it at once.
create function api.retention_run() returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        pair record;
        least_days bigint := least(rule.setting('retention-days'), rule.setting('retention-contract-days'));
        visa_needed boolean := rule.setting('destruction-visa') = 1;
        done int := 0;
begin
        perform rule.act_everywhere();
        if not pg_try_advisory_xact_lock(hashtextextended('pli retention', 0)) then
                return jsonb_build_object('destroyed', 0, 'more', false);
        end if;
        for pair in select c, d from consultation c join deposit d on d.body = c.body and d.consultation = c.id
                where c.deadline < clock_timestamp() - least_days * interval '1 day' and d.destroyed_at is null and d.received is not null and not d.rehearsal
                  and rule.retention_free(c, visa_needed) and rule.retention_until(c, d) < clock_timestamp()
                order by d.received limit 20 loop
                perform rule.deposit_destroy(pair.c, pair.d);
                perform rule.act_everywhere();
                done := done + 1;
        end loop;
        return jsonb_build_object('destroyed', done, 'more', done = 20);
end
$$;

-- Consultations with something that is due, or will be within so many days.
create function api.retention_list(days int) returns jsonb language plpgsql stable security definer set search_path = pli, pg_temp as $$
begin
        perform rule.act_everywhere();
        return (select coalesce(jsonb_agg(jsonb_build_object('consultation', x.id, 'reference', x.reference, 'body', rule.body_json(x.body), 'deposits', x.deposits,
                        'until', rule.instant(x.until), 'visa', x.visa, 'due', x.until < clock_timestamp()) order by x.until), '[]')
                from (select c.id, c.reference, c.body, count(*) as deposits, min(rule.retention_until(c, d)) as until,
                        (select r.visa from retention r where r.body = c.body and r.consultation = c.id) as visa
                      from consultation c join deposit d on d.body = c.body and d.consultation = c.id
                      where c.opening_at is not null and d.destroyed_at is null and d.received is not null and not d.rehearsal
                      group by c.id, c.reference, c.body) x
                where x.until < clock_timestamp() + coalesce(days, 30) * interval '1 day');
end
$$;
