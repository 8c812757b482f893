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
        insert into receipt (event, index, xml, stamped, stamped_at)
        select j.event, j.index, c.xml, c.stamped, case when c.stamped then clock_timestamp() end
        from rule.receipt_cut($1, $2) c join journal j on j.event = c.event order by j.index
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

-- ---- what pliadm doctor says of the notary's long affairs ----

-- The journal's order is that of its indexes; its hours are those of the database's clock, and step with it.
create function rule.clock_finding() returns jsonb language sql stable as $$
        select rule.finding('clock', max(x.back) is null, case when max(x.back) is null then 'The clock has not gone back while the last 10000 facts were journaled.'
                else format('The clock went back by up to %s among the last 10000 facts (index %s): their order is that of their indexes, their hours as the clock told them.',
                        max(x.back), min(x.index) filter (where x.back is not null)) end)
        from (select w.index, case when w.at < lag(w.at) over (order by w.index) - interval '1 second' then lag(w.at) over (order by w.index) - w.at end as back
              from (select j.index, j.at from journal j order by j.index desc limit 10000) w) x
$$;

create function rule.key_finding() returns jsonb language sql stable as $$
        select rule.finding('keys', count(*) = 0, case when count(*) = 0 then 'The gateway''s keys in use are valid for more than 30 days and none is revoked.'
                else format('Keys in use that end or are revoked: %s.', string_agg(format('%s %s (%s)', k.use, left(k.id, 16), coalesce(rule.instant(k.revoked_from), rule.instant(k.valid_to))), ', ')) end)
        from key k where k.retired_at is null and (k.revoked_at is not null or k.valid_to < clock_timestamp() + interval '30 days')
$$;

create function rule.kept_finding() returns jsonb language sql stable as $$
        select rule.finding('kept', count(*) = 0, case when count(*) = 0 then 'No receipt''s last time-stamp ends within 30 days.'
                else format('%s receipts have a last time-stamp that ends within 30 days, the first at %s: see archive_evidence.', count(*), rule.instant(min(r.kept_until))) end)
        from receipt r where r.kept_until < clock_timestamp() + interval '30 days'
$$;

create function rule.notary_findings() returns jsonb language sql stable as $$
        select jsonb_build_array(rule.clock_finding(), rule.key_finding(), rule.kept_finding())
$$;
