-- All that is kept about one deposit, for a court (Conseil d'État n° 449250): pliadm evidence writes it to a file.

create function rule.evidence_deposit(subject uuid) returns deposit language plpgsql as $$
declare
        owner bigint := rule.enter(subject, 'deposit');
        d deposit;
begin
        select * into d from deposit x where x.body = owner and x.id = subject;
        return d;
end
$$;

create function rule.evidence_chunks(e envelope) returns jsonb language plpgsql stable set plan_cache_mode = force_custom_plan as $$
begin
        return (select coalesce(jsonb_agg(jsonb_build_array(k.number, k.size, encode(k.sha256, 'hex'), rule.instant(k.arrived_at)) order by k.number), '[]')
                from chunk k where k.body = e.body and k.day = e.day and k.content = e.content);
end
$$;

-- The hours of health around the deposit: from one before its start to one after its end, or now.
create function rule.evidence_health(since timestamptz, until timestamptz) returns jsonb language plpgsql stable as $$
begin
        return (select coalesce(jsonb_agg(jsonb_build_object('hour', to_char(x.hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24'),
                        'lines', rule.health_lines(x.hour, x.hour + interval '1 hour'), 'event', h.event) order by x.hour), '[]')
                from generate_series(date_trunc('hour', since at time zone 'UTC') at time zone 'UTC' - interval '1 hour',
                        least(until + interval '1 hour', clock_timestamp(), since + interval '14 days'), interval '1 hour') x (hour)
                left join health_hour h on h.since = x.hour);
end
$$;

create function rule.evidence_until(d deposit) returns timestamptz language plpgsql stable as $$
begin
        return greatest(rule.deposit_touched(d), d.received, (select max(s.at) from step s where s.body = d.body and s.kind = 'deposit' and s.subject = d.id));
end
$$;

create function api.evidence_show(deposit uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        d deposit := rule.evidence_deposit($1);
begin
        return (select jsonb_build_object('deposit', rule.deposit_json(d) || jsonb_build_object('depositor', rule.party_json(d.party)),
                        'consultation', rule.consultation_json(c),
                        'steps', (select jsonb_agg(jsonb_build_object('from', s.from_state, 'event', s.event, 'to', s.to_state, 'at', rule.instant(s.at)) order by s.number)
                                from step s where s.body = d.body and s.kind = 'deposit' and s.subject = d.id),
                        'attempts', (select coalesce(jsonb_agg(t.attempt || jsonb_build_object('envelope', t.envelope, 'recorded', rule.instant(t.at)) order by t.id), '[]')
                                from transfer t where t.body = d.body and t.deposit = d.id),
                        'chunks', (select coalesce(jsonb_object_agg(e.name, rule.evidence_chunks(e)), '{}') from envelope e where e.body = d.body and e.deposit = d.id),
                        'health', rule.evidence_health(d.started, rule.evidence_until(d)))
                from consultation c where c.body = d.body and c.id = d.consultation);
end
$$;

-- The receipts that belong to it: of the deposit's own events, of its envelopes', and of the hours of health.
create function api.evidence_receipts(deposit uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        d deposit := rule.evidence_deposit($1);
        first timestamptz := date_trunc('hour', d.started at time zone 'UTC') at time zone 'UTC' - interval '1 hour';
        last timestamptz := rule.evidence_until(d) + interval '1 hour';
begin
        perform rule.act_everywhere();
        return (select coalesce(jsonb_agg(jsonb_build_object('event', e.id, 'fact', e.fact, 'receipt', rule.base64(r.xml)) order by r.index), '[]')
                from event e join receipt r on r.event = e.id
                where e.fact <> 'evidence.exported' and (e.subject = d.id::text
                        or e.subject in (select x.id::text from envelope x where x.body = d.body and x.deposit = d.id)
                        or e.id in (select h.event from health_hour h where h.since >= first and h.since <= last)));
end
$$;

-- The digests of what was exported become a fact: the notary's seal and time-stamp on its receipt seal the export.
create function api.evidence_append(deposit uuid, documents jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        d deposit := rule.evidence_deposit($1);
        c consultation;
begin
        select * into c from consultation x where x.body = d.body and x.id = d.consultation;
        if jsonb_typeof($2) is distinct from 'array' then
                perform rule.refuse('json-malformed', 'documents must be a list');
        end if;
        return jsonb_build_object('event', rule.append(
                row(d.body, 'urn:pli:event:EvidenceExported', 'evidence.exported', 'procurement', 'deposit', d.id::text, null::uuid),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'documents', (
                        select jsonb_agg(jsonb_build_object('name', x ->> 'name', 'mediaType', x ->> 'mediaType', 'size', x -> 'size', 'sha256', x ->> 'sha256') order by o)
                        from jsonb_array_elements($2) with ordinality as l (x, o)))));
end
$$;

-- base64 of a receipt's XML, null while the notary has not made it.
create function api.evidence_receipt(event bigint) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
begin
        return (select to_jsonb(rule.base64(r.xml)) from receipt r where r.event = $1);
end
$$;
