-- Rehearsals of a deposit (annexe 7 art. 1-II): every step as in earnest, then what would have gone wrong, and nothing kept.

-- The consultation that is always open for them: the one published last.
create function api.rehearsal_show() returns jsonb language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        c consultation;
begin
        perform rule.act_everywhere();
        select * into c from consultation x where x.rehearsal and x.published_at is not null order by x.published_at desc limit 1;
        if c.id is null then
                perform rule.refuse('not-found', 'No consultation for rehearsals is published here.');
        end if;
        return rule.consultation_whole(c);
end
$$;

create function rule.rehearsal_finding(name text, well boolean, sentence text) returns jsonb language sql immutable as $$
        select jsonb_build_array(jsonb_build_object('name', name, 'well', well, 'text', sentence)) where well is not null
$$;

-- Bytes a second, over all the time in which something was under way.
create function rule.rehearsal_speed(d deposit) returns numeric language plpgsql stable as $$
begin
        return (select sum((t.attempt ->> 'bytes')::numeric) / greatest(extract(epoch from max(t.at) - min((t.attempt ->> 'started')::timestamptz)), 0.001)
                from transfer t where t.body = d.body and t.deposit = d.id and t.attempt ->> 'outcome' = 'stored');
end
$$;

create function rule.rehearsal_line(d deposit, c consultation, bytes numeric) returns jsonb language plpgsql stable as $$
declare
        speed numeric := rule.rehearsal_speed(d);
        arrival timestamptz := clock_timestamp() + bytes / nullif(speed, 0) * interval '1 second';
        broken bigint := (rule.transfer_fact(d) #>> '{transfers,broken}')::bigint;
begin
        return coalesce(rule.rehearsal_finding('line', c.rehearsal or arrival <= c.deadline,
                        format('%s kB/s: %s bytes sent now would arrive at %s.', round(speed / 1000), bytes, rule.instant(arrival))), '[]')
                || coalesce(rule.rehearsal_finding('cuts', broken = 0, format('%s transfers were cut or altered on the way.', broken)), '[]');
end
$$;

-- Each finding: would it go well in earnest?
create function rule.rehearsal_findings(d deposit, c consultation, sent bigint) returns jsonb language plpgsql stable as $$
declare
        bytes numeric := coalesce(case when jsonb_typeof(d.request -> 'bytes') = 'number' then (d.request ->> 'bytes')::numeric end, sent);
        clock timestamptz := case when d.request ->> 'clock' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$' then (d.request ->> 'clock')::timestamptz end;
        until timestamptz := (d.request #>> '{peer,until}')::timestamptz;
        most bigint := rule.setting('company-bytes');
begin
        return coalesce(rule.rehearsal_finding('deadline', c.rehearsal or clock_timestamp() <= c.deadline, format('The deadline is %s; it is %s.', rule.instant(c.deadline), rule.instant(clock_timestamp()))), '[]')
                || coalesce(rule.rehearsal_finding('clock', abs(extract(epoch from clock - d.started)) < 60,
                        format('Your clock differs from ours by %s s; ours decides.', round(extract(epoch from clock - d.started)))), '[]')
                || coalesce(rule.rehearsal_finding('certificate', until > case when c.rehearsal then clock_timestamp() + interval '30 days' else c.deadline end,
                        format('Your certificate ends at %s.', rule.instant(until))), '[]')
                || coalesce(rule.rehearsal_finding('size', bytes <= most, format('%s bytes; unfinished deposits may hold %s.', bytes, most)), '[]')
                || rule.rehearsal_line(d, c, bytes);
end
$$;

-- The end of a rehearsal whose envelopes are whole: findings, an event, and the bytes go.
create function rule.rehearsal_end(given deposit, c consultation) returns deposit language plpgsql as $$
declare
        d deposit := given;
        findings jsonb;
begin
        d.received := (select max(e.arrived_at) from envelope e where e.body = d.body and e.deposit = d.id);
        findings := rule.rehearsal_findings(d, c, (select sum(e.bytes)::bigint from envelope e where e.body = d.body and e.deposit = d.id));
        perform rule.step('deposit', d.body, d.id, 'rehearse', d.party);
        perform rule.step('envelope', d.body, e.id, 'rehearse', d.party) from envelope e where e.body = d.body and e.deposit = d.id;
        update deposit x set received = d.received, late = not c.rehearsal and d.received > c.deadline, request = x.request || jsonb_build_object('findings', findings), reserved = 0
        where x.body = d.body and x.id = d.id returning * into d;
        d.event := rule.append(row(d.body, 'urn:pli:event:DepositRehearsed', 'deposit.rehearsed', 'procurement', 'deposit', d.id::text, d.party),
                rule.deposit_fact(d, c) || jsonb_build_object('reasons', (select jsonb_agg(jsonb_build_object(
                        'code', (f ->> 'name') || case when f -> 'well' = 'true' then '' else ' !' end, 'text', f ->> 'text')) from jsonb_array_elements(findings) f)));
        update deposit x set event = d.event where x.body = d.body and x.id = d.id;
        perform rule.content_drop(e.body, e.day, e.content) from (select * from envelope x where x.body = d.body and x.deposit = d.id order by x.content) e;
        return d;
end
$$;
