-- Receipts to those they are for: the holder, its body, the State platform.

create function rule.event_fed(p party, e event) returns boolean language sql immutable as $$
        select 'state' = any (p.roles) and e.channel = any (p.channels) and (p.departments is null or e.department = any (p.departments))
$$;

-- May this party read this event? The company or body it is about, an auditor, the State for its channels and departments.
create function rule.event_seen(p party, e event) returns boolean language plpgsql stable as $$
begin
        return (select 'auditor' = any (p.roles) or p.id = e.party or (e.company is not null and p.company = e.company and 'company' = any (p.roles))
                        or (p.body = e.body and p.roles && array['buyer', 'filer'] and (e.subject_type <> 'deposit' or exists (
                                select from deposit d join consultation c on c.body = d.body and c.id = d.consultation
                                where d.body = e.body and d.id::text = e.subject and c.opening_at is not null)))
                        or rule.event_fed(p, e));
end
$$;

-- Journal order: a cursor that can miss nothing. Stops before the first event whose receipt is not there yet.
create function api.receipts_after(actor uuid, after bigint, lim int) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        platform party := rule.actor(actor, array['state']);
        most int := least(greatest(coalesce($3, 100), 1), 1000);
        stop bigint; -- the first index that may not be passed
        page jsonb;
begin
        perform rule.act_everywhere();
        stop := coalesce((select min(j.index) from journal j where j.index > $2 and not exists (select from receipt r where r.index = j.index)),
                (select max(j.index) + 1 from journal j), 0);
        select jsonb_agg(jsonb_build_object('index', x.index, 'event', x.name, 'fact', x.fact, 'at', rule.instant(x.at), 'receipt', convert_from(x.xml, 'UTF8')) order by x.index)
        into page
        from (select r.index, e.name, e.fact, e.at, r.xml from receipt r join event e on e.id = r.event
              where r.index > $2 and r.index < stop and rule.event_fed(platform, e) order by r.index limit most) x;
        return jsonb_build_object('receipts', coalesce(page, '[]'), 'next',
                case when jsonb_array_length(page) = most then (page -> -1 ->> 'index')::bigint else greatest($2, stop - 1) end);
end
$$;

-- What the State says it has read is itself a fact.
create function api.cursor_acknowledge(actor uuid, cursor bigint) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        platform party := rule.actor(actor, array['state']);
        receipt bigint;
begin
        perform rule.act_everywhere();
        if $2 < 0 or $2 > coalesce((select max(r.index) from receipt r), -1) then
                perform rule.refuse('cursor-unknown', format('No receipt has the index %s.', $2));
        end if;
        insert into state_cursor as s (party, cursor) values (actor, $2)
        on conflict (party) do update set cursor = excluded.cursor, at = clock_timestamp();
        receipt := rule.append(row(null::bigint, 'ContentAccessTracking', 'cursor.acknowledged', coalesce(platform.channels[1], 'actes'), 'cursor', actor::text, actor),
                jsonb_build_object('cursor', $2));
        return jsonb_build_object('cursor', $2, 'event', receipt);
end
$$;

create function api.receipt_show(actor uuid, event bigint) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        reader party := rule.actor(actor, array['company', 'buyer', 'member', 'filer', 'state', 'operator', 'auditor']);
        e event;
begin
        perform rule.act_everywhere();
        select * into e from event x where x.id = $2;
        if e.id is null or not rule.event_seen(reader, e) then
                perform rule.refuse('not-found', format('There is no event %s.', $2));
        end if;
        return (select jsonb_build_object('index', r.index, 'receipt', convert_from(r.xml, 'UTF8'), 'stamped', r.stamped) from receipt r where r.event = $2);
end
$$;
