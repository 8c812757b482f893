-- Revocation data: what a verdict lacked is asked for here, fetched by the relay, and given to the next verdict. `age`
-- is for how many seconds an answer is given without being fetched again.

create function rule.revocation_request(wanted jsonb) returns bytea language sql immutable as $$
        select coalesce(decode(wanted ->> 'request', 'base64'), '')
$$;

-- What tells one question from another: the place and what is asked there.
create function rule.revocation_source(wanted jsonb) returns bytea language sql stable as $$
        select sha256(convert_to(wanted ->> 'url', 'UTF8') || '\x00' || rule.revocation_request(wanted))
$$;

-- ---- the front ----

-- Asks for what a report's "wanted" names: [{"kind", "url", "request"}]. How many of them the relay is about to fetch:
-- worth a moment's wait. A source that failed lately is not waited for.
create function api.revocation_want(wanted jsonb, age int) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        asked jsonb;
        pending int := 0;
        r revocation;
begin
        for asked in select x from jsonb_array_elements(wanted) as t (x) limit 64 loop
                insert into revocation (source, kind, url, request)
                values (rule.revocation_source(asked), asked ->> 'kind', asked ->> 'url', rule.revocation_request(asked)) on conflict do nothing;
                update revocation x set wanted_at = clock_timestamp(),
                        due_at = case when x.failures = 0 and coalesce(x.fetched_at < clock_timestamp() - interval '1 second' * age, true)
                                then least(x.due_at, clock_timestamp()) else x.due_at end
                where x.source = rule.revocation_source(asked) returning * into r;
                pending := pending + (r.due_at <= clock_timestamp() and coalesce(r.fetched_at < clock_timestamp() - interval '1 second' * age, true))::int;
        end loop;
        if pending > 0 then
                perform pg_notify('revocation', '');
        end if;
        return jsonb_build_object('pending', pending);
exception
        when check_violation or not_null_violation or invalid_parameter_value then
                perform rule.refuse('json-malformed', sqlerrm);
end
$$;

-- What is there of it, old or not: whether it is fresh enough is the judge's to say.
create function api.revocation_bodies(wanted jsonb) returns table (number int, data bytea)
language sql stable security definer set search_path = pli, pg_temp as $$
        select row_number() over ()::int, r.data from revocation r
        where r.source in (select rule.revocation_source(x) from jsonb_array_elements(wanted) as t (x) limit 64) and r.data is not null
$$;

-- ---- the relay ----

-- One source that is due and was wanted within a week, leased for `seconds`; null: there is none. What nobody has
-- wanted for a month is forgotten.
create function api.revocation_claim(seconds int) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        r revocation;
begin
        delete from revocation x where x.wanted_at < clock_timestamp() - interval '30 days' and coalesce(x.lease_until < clock_timestamp(), true);
        select * into r from revocation x where x.due_at <= clock_timestamp() and coalesce(x.lease_until < clock_timestamp(), true)
                and x.wanted_at > clock_timestamp() - interval '7 days' order by x.failures, x.due_at limit 1 for update skip locked;
        if r.id is null then
                return null;
        end if;
        update revocation x set lease_until = clock_timestamp() + interval '1 second' * seconds where x.id = r.id;
        return jsonb_build_object('id', r.id, 'kind', r.kind, 'url', r.url, 'request', rule.base64(r.request));
end
$$;

-- Fetched. Lists are fetched again every `age` seconds while somebody wants them; answers when they are wanted again.
create function api.revocation_store(id bigint, data bytea, age int) returns void language plpgsql security definer set search_path = pli, pg_temp as $$
begin
        update revocation r set data = $2, fetched_at = clock_timestamp(), failures = 0, problem = null, lease_until = null,
                due_at = case r.kind when 'crl' then clock_timestamp() + interval '1 second' * $3 else 'infinity' end
        where r.id = $1;
        perform pg_notify('revoked', '');
end
$$;

-- Not to be had: again after 10, 20, 40… seconds, an hour at most. What was there stays.
create function api.revocation_fail(id bigint, problem text) returns void language plpgsql security definer set search_path = pli, pg_temp as $$
begin
        update revocation r set failures = r.failures + 1, problem = left($2, 300), lease_until = null,
                due_at = clock_timestamp() + least(interval '10 seconds' * 2 ^ least(r.failures, 10), interval '1 hour')
        where r.id = $1;
end
$$;

-- The operator's look at it: newest wish first.
create function api.revocation_list(most int) returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('kind', x.kind, 'url', x.url, 'wanted', rule.instant(x.wanted_at),
                'fetched', rule.instant(x.fetched_at), 'size', length(x.data), 'failures', nullif(x.failures, 0), 'problem', x.problem))), '[]')
        from (select * from revocation r order by r.wanted_at desc limit least(greatest(most, 1), 1000)) x
$$;
