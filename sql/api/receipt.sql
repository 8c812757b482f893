-- Receipts on their way to their time-stamps, for batches and for keeping.

create function rule.receipt_page(rows receipt[]) returns jsonb language sql stable as $$
        select coalesce(jsonb_agg(jsonb_build_object('event', r.event, 'index', r.index, 'receipt', convert_from(r.xml, 'UTF8')) order by r.index), '[]') from unnest(rows) r
$$;

-- Many receipts come in one value, one behind the other: `list` says whose they are and how long, [{"event", "size", "stamped"}].
create function rule.receipt_cut(list jsonb, data bytea) returns table (event bigint, xml bytea, stamped boolean) language sql immutable as $$
        select x.event, substring(data from 1 + x.start for x.size), x.stamped
        from (select (e ->> 'event')::bigint as event, (e ->> 'size')::int as size, coalesce((e ->> 'stamped')::boolean, true) as stamped,
                     (sum((e ->> 'size')::int) over (order by o) - (e ->> 'size')::int)::int as start
              from jsonb_array_elements(list) with ordinality as l (e, o)) x
$$;

-- All of a batch become visible together. The first receipt of an event stays. One call is enough for all who wait.
create function api.receipts_put(list jsonb, data bytea) returns void language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
begin
        perform rule.act_everywhere();
        insert into receipt (event, index, xml, stamped, stamped_at, channel, department, company, owner)
        select j.event, j.index, c.xml, c.stamped, case when c.stamped then clock_timestamp() end, e.channel, e.department, e.company, e.body
        from rule.receipt_cut($1, $2) c join journal j on j.event = c.event join event e on e.id = c.event order by j.index
        on conflict (event) do nothing;
        perform pg_notify('receipt', '');
end
$$;

-- Completes receipts that went out without their time-stamps; one that has its own meanwhile stays.
create function api.receipts_stamp(list jsonb, data bytea) returns void language plpgsql security definer set search_path = pli, pg_temp as $$
begin
        update receipt r set xml = c.xml, stamped = true, stamped_at = clock_timestamp() from rule.receipt_cut($1, $2) c where r.event = c.event and not r.stamped;
        perform pg_notify('receipt', '');
end
$$;

-- In the journal's order, from the index after `after` on.
create function api.receipt_unstamped_after(after bigint, lim int) returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select rule.receipt_page(array(select x from receipt x where not x.stamped and x.index > $1 order by x.index limit least(greatest($2, 1), 1000)))
$$;

-- ---- long-term keeping: time-stamps over time-stamps ----

-- Receipts whose last time-stamp ends within `days`, or that are `fresh` seconds old and were never kept; in the journal's order,
-- from the index after `after` on, so that one that cannot be kept does not stand before the others.
create function api.receipt_keeping(days int, fresh int, after bigint, lim int) returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select rule.receipt_page(array(select x from receipt x where x.stamped and x.index > $3 and (x.kept_until < clock_timestamp() + make_interval(days => $1)
                        or (x.kept_until is null and x.at <= clock_timestamp() - make_interval(secs => $2)))
                order by x.index limit least(greatest($4, 1), 1000)))
$$;

-- The receipt with one more time-stamp over all it holds, which is good until `until`.
-- Only one that still has the bytes it was made from is replaced.
create function api.receipt_keep(event bigint, former bytea, receipt bytea, until text) returns boolean language plpgsql security definer set search_path = pli, pg_temp as $$
begin
        update receipt r set xml = $3, kept_until = $4::timestamptz where r.event = $1 and sha256(r.xml) = $2;
        return found;
end
$$;
