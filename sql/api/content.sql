-- Bytes in and out of the store. A chunk is durable when its transaction is.

-- Refuses where the chunk is not there with these bytes.
create function rule.chunk_same(owner bigint, at date, number bigint, place int, digest bytea) returns void
language plpgsql stable set plan_cache_mode = force_custom_plan as $$
begin
        perform from chunk k where k.body = owner and k.day = at and k.content = chunk_same.number and k.number = place and k.sha256 = digest;
        if not found then
                perform rule.refuse('content-closed', format('Chunk %s was acknowledged with other bytes: it stays as it is.', place));
        end if;
end
$$;

-- Waits for a commit of the same content, and refuses once it is closed. The same bytes again change
-- nothing, not even their hour of arrival; other bytes replace those that were not acknowledged.
create function api.chunk_put(day date, content bigint, number int, sha256 bytea, data bytea) returns void
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_variable
declare
        owner bigint;
begin
        perform rule.act_everywhere();
        if pg_catalog.sha256(data) <> sha256 then
                perform rule.refuse('digest-mismatch', format('Chunk %s has another SHA-256 than announced.', number));
        end if;
        select c.body into owner from content c where c.day = day and c.id = content and c.open for key share;
        if owner is null then
                perform rule.refuse('content-closed', 'These bytes can no longer be changed.');
        end if;
        insert into chunk as k (body, day, content, number, size, arrived_at, sha256, data)
        values (owner, day, content, number, length(data), clock_timestamp(), sha256, data)
        on conflict on constraint chunk_pkey do update
        set size = excluded.size, arrived_at = excluded.arrived_at, sha256 = excluded.sha256, data = excluded.data
        where k.sha256 <> excluded.sha256 and not k.settled;
        if not found then
                perform rule.chunk_same(owner, day, content, number, sha256);
        end if;
end
$$;

-- These chunks are about to be acknowledged: each is still what its request carried, and stays so.
create function api.chunks_settle(day date, content bigint, first int, digests bytea) returns void
language plpgsql security definer set search_path = pli, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_variable
declare
        owner bigint;
        whole int := length(digests) / 32;
        kept int;
begin
        perform rule.act_everywhere();
        select c.body into owner from content c where c.day = day and c.id = content for key share;
        update chunk k set settled = true where k.body = owner and k.day = day and k.content = content and not k.settled
                and k.number >= first and k.number - first < whole and k.sha256 = substr(digests, 32 * (k.number - first) + 1, 32);
        get diagnostics kept = row_count;
        if kept < whole then
                perform rule.chunk_same(owner, day, content, first + n, substr(digests, 32 * n + 1, 32)) from generate_series(0, whole - 1) n;
        end if;
end
$$;

-- Bytes that turned out not to be what the sender announced; those that were acknowledged before stay.
create function api.chunk_drop(day date, content bigint, first int, count int) returns void
language plpgsql security definer set search_path = pli, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_variable
declare
        owner bigint;
begin
        perform rule.act_everywhere();
        select c.body into owner from content c where c.day = day and c.id = content and c.open for key share;
        if owner is null then
                perform rule.refuse('content-closed', 'These bytes can no longer be changed.');
        end if;
        delete from chunk k where k.body = owner and k.day = day and k.content = content and k.number >= first and k.number - first < count
                and not k.settled;
end
$$;

create function api.chunk_read(day date, content bigint, first int, count int) returns table (number int, data bytea)
language plpgsql stable security definer set search_path = pli, pg_temp set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
        owner bigint;
begin
        perform rule.act_everywhere();
        select c.body into owner from content c where c.day = $1 and c.id = $2;
        return query select k.number, k.data from chunk k
                where k.body = owner and k.day = $1 and k.content = $2 and k.number >= first and k.number - first < count order by k.number;
end
$$;

-- Makes the partitions of the days to come. A day whose chunks already went to the default one stays there.
create function api.maintain() returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        today date := (clock_timestamp() at time zone 'UTC')::date;
        first date;
        made int := 0;
begin
        perform rule.act_everywhere();
        perform pg_advisory_xact_lock(hashtextextended('pli maintain', 0));
        for first in select today + n from generate_series(0, 31) n loop
                if to_regclass(format('pli.chunk_%s', to_char(first, 'YYYYMMDD'))) is null
                   and not exists (select from chunk_default d where d.day = first) then
                        execute format('create table chunk_%s partition of chunk for values from (%L) to (%L)', to_char(first, 'YYYYMMDD'), first, first + 1);
                        perform tenant(format('chunk_%s', to_char(first, 'YYYYMMDD'))::regclass);
                        made := made + 1;
                end if;
        end loop;
        return jsonb_build_object('partitions', made);
end
$$;
