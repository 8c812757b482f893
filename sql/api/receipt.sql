-- Receipts on their way to their time-stamps, for batches and for keeping.

create function rule.receipt_page(rows receipt[]) returns jsonb language sql stable as $$
        select coalesce(jsonb_agg(jsonb_build_object('event', r.event, 'index', r.index, 'receipt', convert_from(r.xml, 'UTF8')) order by r.index), '[]') from unnest(rows) r
$$;

-- In the journal's order, from the index after `after` on.
create function api.receipt_unstamped_after(after bigint, lim int) returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select rule.receipt_page(array(select x from receipt x where not x.stamped and x.index > $1 order by x.index limit least(greatest($2, 1), 1000)))
$$;
