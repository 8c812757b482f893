-- Channels to the State: paused or not, hours, volume, health.

-- "07:00-20:30": hours of Paris, past midnight allowed. None: always.
create function rule.window_open(windows text[], at timestamptz) returns boolean language sql stable as $$
        select cardinality(windows) = 0 or exists (
                select from unnest(windows) w, lateral (select split_part(w, '-', 1)::time as opens, split_part(w, '-', 2)::time as closes, (at at time zone 'Europe/Paris')::time as now) t
                where case when t.opens <= t.closes then t.now >= t.opens and t.now < t.closes else t.now >= t.opens or t.now < t.closes end)
$$;

create function rule.channel_sent(channel text) returns bigint language sql stable as $$
        select coalesce(sum(o.bytes), 0)::bigint from outbox o where o.channel = $1 and o.state = 'done' and o.settled_at > clock_timestamp() - interval '1 hour'
$$;

-- Why no sending may begin now; null: one may. A sending may begin while the last hour's volume is below the limit, so
-- that an item larger than the limit is late, never stuck.
create function rule.channel_closed(channel text) returns text language sql stable as $$
        select case when c.paused_at is not null then 'paused'
                when not rule.window_open(c.windows, clock_timestamp()) then 'outside-hours'
                when c.hourly_bytes is not null and rule.channel_sent(c.name) >= c.hourly_bytes then 'volume' end
        from channel c where c.name = $1
$$;

create function rule.channel_json(c channel) returns jsonb language sql stable as $$
        select jsonb_build_object('name', c.name, 'closed', rule.channel_closed(c.name), 'paused', rule.instant(c.paused_at), 'reason', c.reason, 'windows', to_jsonb(c.windows),
                'hourlyBytes', c.hourly_bytes, 'hourSent', rule.channel_sent(c.name), 'report', c.report, 'reported', rule.instant(c.reported_at),
                'waiting', (select count(*) from outbox o where o.channel = c.name and o.state in ('waiting', 'sending')),
                'testWanted', rule.instant(c.test_wanted), 'testDone', rule.instant(c.test_done), 'test', c.test)
$$;

create function api.channel_list() returns jsonb language plpgsql stable security definer set search_path = pli, pg_temp as $$
begin
        perform rule.act_everywhere();
        return (select jsonb_agg(rule.channel_json(c) order by c.name) from channel c);
end
$$;

create function rule.channel_known(wanted jsonb) returns channel language plpgsql as $$
declare
        kept channel;
begin
        select * into kept from channel c where c.name = rule.member_text(wanted, 'name') for update;
        if kept.name is null then
                perform rule.refuse('not-found', format('There is no channel %s.', wanted ->> 'name'));
        end if;
        return kept;
end
$$;

create function rule.channel_fact(name text, fact text, event text, reasons jsonb) returns bigint language sql as $$
        select rule.append(row(null, event, fact, 'platform', 'channel', name, null), jsonb_build_object('channelName', name, 'reasons', reasons))
$$;

-- pause {name, reason}, resume {name}, set {name, windows, hourlyBytes}: an act of the operator, so an event.
create function api.channel_change(wanted jsonb) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        kept channel := rule.channel_known($1);
        what text := rule.member_text($1, 'change');
begin
        perform rule.act_everywhere();
        if what = 'pause' and kept.paused_at is null then
                update channel c set paused_at = clock_timestamp(), reason = $1 ->> 'reason' where c.name = kept.name;
        elsif what = 'resume' then
                update channel c set paused_at = null, reason = null where c.name = kept.name;
        elsif what = 'set' then
                perform rule.window_open(array(select jsonb_array_elements_text(rule.member_list($1, 'windows'))), clock_timestamp());
                update channel c set windows = case when $1 ? 'windows' then array(select jsonb_array_elements_text($1 -> 'windows')) else c.windows end,
                        hourly_bytes = case when $1 ? 'hourlyBytes' then nullif(($1 ->> 'hourlyBytes')::bigint, 0) else c.hourly_bytes end
                where c.name = kept.name;
        end if;
        perform rule.channel_fact(kept.name, 'channel.' || what, 'urn:pli:event:ChannelChanged', '[]');
        perform pg_notify('outbox', kept.name);
        return (select rule.channel_json(c) from channel c where c.name = kept.name);
exception
        when invalid_datetime_format or datetime_field_overflow or invalid_text_representation or check_violation then
                perform rule.refuse('json-malformed', 'hours are "07:00-20:30", a volume is a number of bytes');
end
$$;

-- The relay holds the keys and addresses: it makes the test, whoever asks waits for test_done.
create function api.channel_test(wanted jsonb) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        kept channel := rule.channel_known($1);
begin
        perform rule.act_everywhere();
        update channel c set test_wanted = clock_timestamp(), test_done = null, test = null where c.name = kept.name returning * into kept;
        perform pg_notify('outbox', kept.name);
        return rule.channel_json(kept);
end
$$;

-- What the relay says of a channel; told as an event where it went down or came up. The answer: is a test wanted?
create function api.channel_report(channel text, report jsonb) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        kept channel;
        was text;
begin
        perform rule.act_everywhere();
        select * into kept from channel c where c.name = $1 for update;
        was := coalesce(kept.report ->> 'state', 'up');
        if was <> ($2 ->> 'state') then
                perform rule.channel_fact($1, 'channel.' || ($2 ->> 'state'), case when $2 ->> 'state' = 'down' then 'RelayFailure' else 'urn:pli:event:ChannelChanged' end,
                        jsonb_build_array(jsonb_build_object('code', 'channel-' || ($2 ->> 'state'), 'text', $2 -> 'text')));
        end if;
        update channel c set report = $2, reported_at = clock_timestamp(), test = case when $2 ? 'test' then $2 -> 'test' else c.test end,
                test_done = case when $2 ? 'test' then clock_timestamp() else c.test_done end
        where c.name = $1 returning * into kept;
        return jsonb_build_object('test', kept.test_wanted is not null and kept.test_done is null);
end
$$;

create function rule.channel_findings() returns jsonb language plpgsql stable as $$
declare
        down text := (select string_agg(format('%s (%s)', c.name, c.report ->> 'text'), ', ') from channel c where c.report ->> 'state' = 'down');
        paused text := (select string_agg(c.name, ', ') from channel c where c.paused_at is not null);
        silent bigint := (select count(*) from outbox o join filing f on f.body = o.body and f.id = o.filing
                where o.channel = 'pes' and o.state = 'done' and o.settled_at < clock_timestamp() - interval '48 hours' and f.state = 'sent');
        strays bigint := (select count(*) from quarantine q where q.whole);
begin
        return jsonb_build_array(
                rule.finding('channels', down is null, case when down is null then 'Every channel to the State answers.' else format('Channels that do not answer: %s.', down) end,
                        case when down is null then 'Tous les canaux vers l''État répondent.' else format('Canaux qui ne répondent pas : %s.', down) end),
                rule.finding('channels-paused', paused is null, case when paused is null then 'No channel is paused.' else format('Paused by the operator: %s.', paused) end,
                        case when paused is null then 'Aucun canal n''est suspendu.' else format('Suspendus par l''exploitant : %s.', paused) end),
                rule.finding('pes-silence', silent = 0, format('%s PES were sent more than 48 hours ago and have no acquit.', silent),
                        format('%s PES envoyés depuis plus de 48 heures n''ont pas d''acquit.', silent)),
                rule.finding('quarantine', strays = 0, format('%s files of the State are nobody''s: "pliadm quarantine list".', strays),
                        format('%s fichiers de l''État ne sont à personne : « pliadm quarantine list ».', strays)));
end
$$;

create function rule.channel_metrics() returns jsonb language plpgsql stable as $$
begin
        return (select coalesce(jsonb_agg(m), '[]') from (
                select rule.metric('pli_channel_up', 'gauge', '1 where the channel to the State answers', (coalesce(c.report ->> 'state', 'up') = 'up')::int, jsonb_build_object('channel', c.name)) as m from channel c
                union all select rule.metric('pli_channel_paused', 'gauge', '1 where the operator has paused the channel', (c.paused_at is not null)::int, jsonb_build_object('channel', c.name)) from channel c
                union all select rule.metric('pli_channel_hour_bytes', 'gauge', 'Bytes handed over in the last hour', rule.channel_sent(c.name), jsonb_build_object('channel', c.name)) from channel c
                union all select rule.metric('pli_quarantine_files', 'gauge', 'Files of the State that are nobody''s', (select count(*) from quarantine q where q.whole))) x);
end
$$;
