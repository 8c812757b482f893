-- The platform's own health (Conseil d'État 23/09/2021 n° 449250: the buyer proves that its platform worked). A line
-- a minute from each front; the digest over each past hour goes into the journal.

create function api.health_put(front text, sample jsonb) returns void language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        now timestamptz := clock_timestamp();
begin
        insert into health (at, line) values (now, (jsonb_build_object('at', rule.instant(now), 'front', left(front, 100)) || sample)::text);
end
$$;

-- The lines of an hour as they are digested: each ended by a line feed.
create function rule.health_lines(since timestamptz, until timestamptz) returns text language plpgsql stable as $$
begin
        return (select coalesce(string_agg(h.line || E'\n', '' order by h.id), '') from health h where h.at >= since and h.at < until);
end
$$;

-- Every past hour that has lines and no event yet, five minutes after its end: nothing can still be on its way into
-- it. Old lines go; their digests stay.
create function rule.health_seal() returns int language plpgsql as $$
declare
        hour timestamptz;
        lines text;
        digest bytea;
        done int := 0;
        last timestamptz := (select max(h.since) from health_hour h);
begin
        for hour in select distinct date_trunc('hour', h.at at time zone 'UTC') at time zone 'UTC' as at from health h
                    where h.at < date_trunc('hour', (clock_timestamp() - interval '5 minutes') at time zone 'UTC') at time zone 'UTC'
                      and (last is null or h.at >= last + interval '1 hour') order by at limit 20 loop
                lines := rule.health_lines(hour, hour + interval '1 hour');
                digest := sha256(convert_to(lines, 'UTF8'));
                insert into health_hour values (hour, regexp_count(lines, '\n'), digest, rule.append(
                        row(null::bigint, 'urn:pli:event:HealthRecorded', 'platform.health', 'platform', 'platform', rule.instant(hour), null::uuid),
                        jsonb_build_object('health', jsonb_build_object('from', rule.instant(hour), 'until', rule.instant(hour + interval '1 hour'),
                                'lines', regexp_count(lines, '\n'), 'sha256', encode(digest, 'hex')))));
                done := done + 1;
        end loop;
        delete from health h where h.at < clock_timestamp() - rule.setting('health-days') * interval '1 day';
        return done;
end
$$;
