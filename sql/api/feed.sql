-- What happened, in journal order, to those it concerns: a cursor that can miss nothing, however transactions
-- commit. Who is fed what depends on columns of the event that never change: what a cursor has passed by can
-- not turn up behind it later.

-- The State: its channels and departments. What another platform has read is not its affair.
create function rule.event_fed(p party, e event) returns boolean language sql immutable as $$
        select 'state' = any (p.roles) and e.channel = any (p.channels) and (p.departments is null or e.department = any (p.departments))
                and e.fact <> 'access.refused' and (e.fact <> 'cursor.acknowledged' or e.party = p.id)
$$;

-- Companies: what is theirs. Bodies and their suppliers' software: what is their body's, but the deposits, which
-- they learn of at the opening.
create function rule.event_own(p party, e event) returns boolean language sql immutable as $$
        select coalesce('company' = any (p.roles) and e.company = p.company, false)
                or coalesce(p.roles && array['buyer', 'filer', 'vendor'] and e.body = p.body and e.subject_type <> 'deposit', false)
$$;

-- May this party read this event? The company or body it is about, an auditor, the State for its channels and departments.
create function rule.event_seen(p party, e event) returns boolean language plpgsql stable as $$
begin
        return (select 'auditor' = any (p.roles) or p.id = e.party or (e.company is not null and p.company = e.company and 'company' = any (p.roles))
                        or (p.body = e.body and p.roles && array['buyer', 'filer', 'vendor'] and (e.subject_type <> 'deposit' or exists (
                                select from deposit d join consultation c on c.body = d.body and c.id = d.consultation
                                where d.body = e.body and d.id::text = e.subject and c.opening_at is not null)))
                        or rule.event_fed(p, e));
end
$$;

-- What lies between two indexes for one reader, the first rows of each of his channels or of his company and body: a walk along an
-- index of receipts, planned for the values at hand, as one channel may have a thousand times the receipts of another. What is
-- found is judged by the rule above.
create function rule.feed_official(reader party, after bigint, last bigint, most int) returns setof receipt
language plpgsql stable set plan_cache_mode = force_custom_plan set enable_seqscan = off as $$
#variable_conflict use_variable
declare
        ours text;
begin
        foreach ours in array reader.channels loop
                return query select r.* from receipt r join event e on e.id = r.event
                        where r.channel = ours and r.index > after and r.index <= last and (reader.departments is null or r.department = any (reader.departments))
                        and rule.event_fed(reader, e) order by r.index limit most;
        end loop;
end
$$;

create function rule.feed_own(reader party, after bigint, last bigint, most int) returns setof receipt
language plpgsql stable set plan_cache_mode = force_custom_plan set enable_seqscan = off as $$
#variable_conflict use_variable
begin
        return query (select r.* from receipt r join event e on e.id = r.event where r.company = reader.company and r.index > after and r.index <= last
                        and rule.event_own(reader, e) order by r.index limit most)
                union (select r.* from receipt r join event e on e.id = r.event where r.owner = reader.body and r.index > after and r.index <= last
                        and rule.event_own(reader, e) order by r.index limit most);
end
$$;

-- One page after a cursor: {"rows", "next", "more"}. It stops before the first leaf whose receipt is not there yet,
-- reaches 200,000 leaves further at most and holds 8 MiB at most (one receipt always). "more": ask again at once.
create function rule.feed(reader party, official boolean, after bigint, most int) returns jsonb language plpgsql stable as $$
#variable_conflict use_variable
declare
        whole bigint := rule.receipt_first_missing(1000000) - 1;
        last bigint := least(after + 200000, whole);
        found int;
        page jsonb;
        next bigint;
begin
        select max(y.place), jsonb_agg(jsonb_build_object('index', y.index, 'event', e.name, 'fact', e.fact, 'at', rule.instant(e.at),
                        'receipt', convert_from(y.xml, 'UTF8')) order by y.index) filter (where y.place = 1 or y.bytes <= 8388608)
        into found, page
        from (select x.*, row_number() over (order by x.index) as place, sum(length(x.xml)) over (order by x.index) as bytes
              from (select f.* from (select o.* from rule.feed_official(reader, after, last, most) o where official
                                     union all select w.* from rule.feed_own(reader, after, last, most) w where not official) f order by f.index limit most) x) y
        join event e on e.id = y.event;
        if found = most or jsonb_array_length(page) < found then
                next := (page -> -1 ->> 'index')::bigint;
        else
                next := greatest(after, last);
        end if;
        return jsonb_build_object('rows', coalesce(page, '[]'), 'next', next, 'more', next < whole);
end
$$;

create function rule.feed_limit(lim int) returns int language sql immutable as $$
        select least(greatest(coalesce(lim, 100), 1), 1000)
$$;

create function api.receipts_after(actor uuid, after bigint, lim int) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        platform party := rule.actor(actor, array['state']);
        page jsonb;
begin
        perform rule.act_everywhere();
        page := rule.feed(platform, true, after, rule.feed_limit(lim));
        return jsonb_build_object('receipts', page -> 'rows', 'next', page -> 'next', 'more', page -> 'more');
end
$$;

create function api.events_after(actor uuid, after bigint, lim int) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        reader party := rule.actor(actor, array['company', 'buyer', 'filer', 'vendor']);
        page jsonb;
begin
        perform rule.act_everywhere();
        page := rule.feed(reader, false, after, rule.feed_limit(lim));
        return jsonb_build_object('events', page -> 'rows', 'next', page -> 'next', 'more', page -> 'more');
end
$$;

-- What the State says it has read is itself a fact. It does not go back; said again, it is the same fact.
create function api.cursor_acknowledge(actor uuid, cursor bigint) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        platform party := rule.actor(actor, array['state']);
        kept state_cursor;
        receipt bigint;
begin
        perform rule.act_everywhere();
        if $2 < 0 or $2 > coalesce((select max(r.index) from receipt r), -1) then
                perform rule.refuse('cursor-unknown', format('No receipt has the index %s.', $2));
        end if;
        insert into state_cursor (party, cursor) values (actor, -1) on conflict (party) do nothing;
        select * into kept from state_cursor s where s.party = actor for update;
        if $2 <= kept.cursor and kept.event is not null then
                return jsonb_build_object('cursor', kept.cursor, 'event', kept.event);
        end if;
        receipt := rule.append(row(null::bigint, 'ContentAccessTracking', 'cursor.acknowledged', coalesce(platform.channels[1], 'actes'), 'cursor', actor::text, actor),
                jsonb_build_object('cursor', $2));
        update state_cursor s set cursor = $2, at = clock_timestamp(), event = receipt where s.party = actor;
        return jsonb_build_object('cursor', $2, 'event', receipt);
end
$$;

create function api.receipt_show(actor uuid, event bigint) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        reader party := rule.actor(actor, array['company', 'buyer', 'member', 'filer', 'state', 'operator', 'auditor', 'vendor']);
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
