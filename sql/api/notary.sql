-- The notaries' own state: what they report, and what doctor and metrics say of it.

-- Every few seconds, and when something changes; answered by the clock's second. Rows of notaries that are gone leave after a day.
create function api.notary_report(id uuid, active boolean, report jsonb) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
begin
        delete from notary n where n.seen_at < clock_timestamp() - interval '1 day';
        insert into notary (id, active, report) values ($1, $2, $3)
        on conflict on constraint notary_pkey do update set active = $2, report = $3, seen_at = clock_timestamp();
        if $2 then
                update receipt_mark m set index = x.index from (select rule.receipt_first_missing(100000) as index) x where m.index < x.index;
        end if;
        return to_jsonb(floor(extract(epoch from clock_timestamp()))::bigint);
end
$$;

-- The first leaf that has no receipt, or `most` leaves behind the mark. Leaves have no gap, so receipts that stand one behind the
-- other from the mark on are all there.
create function rule.receipt_first_missing(most int) returns bigint language plpgsql stable set enable_seqscan = off set enable_sort = off as $$
#variable_conflict use_variable
declare
        mark bigint := (select m.index from receipt_mark m);
begin
        return mark + (select count(*) from (select r.index, row_number() over (order by r.index) as place from receipt r where r.index >= mark order by r.index limit most) x
                where x.index = mark + x.place - 1);
end
$$;

create function rule.notary_active() returns notary language sql stable as $$
        select n from notary n where n.active and n.seen_at > clock_timestamp() - interval '30 seconds' order by n.seen_at desc limit 1
$$;

-- ---- what doctor says ----

create function rule.seal_finding() returns jsonb language plpgsql stable as $$
declare
        n notary := rule.notary_active();
        state text := coalesce(n.report ->> 'seal', 'ready');
        detail text := coalesce(': ' || nullif(n.report ->> 'sealDetail', ''), '');
begin
        if n.id is null then
                return rule.finding('seal', true, 'No active notary tells of its seal.', 'Aucun notaire actif ne parle de son cachet.');
        end if;
        return rule.finding('seal', state = 'ready',
                case state when 'ready' then 'The seal''s key signs.' when 'stuck' then 'The seal''s token does not answer' || detail
                        when 'locked' then 'The seal''s token refuses its PIN and is not asked again: restart the notary with the right one' || detail
                        else 'The seal''s token is away; facts stand and get their receipts when it is back' || detail end,
                case state when 'ready' then 'La clé du cachet signe.' when 'stuck' then 'Le support du cachet ne répond pas' || detail
                        when 'locked' then 'Le support du cachet refuse son code et n''est plus sollicité : redémarrer le notaire avec le bon' || detail
                        else 'Le support du cachet est absent ; les faits tiennent et auront leurs accusés à son retour' || detail end);
end
$$;

create function rule.stamper_finding() returns jsonb language plpgsql stable as $$
declare
        n notary := rule.notary_active();
        state text := coalesce(n.report ->> 'stamper', 'ready');
        reason text := coalesce(n.report ->> 'stamperReason', '');
        slowest numeric := (n.report ->> 'stampSlowest')::numeric;
        most numeric := (n.report ->> 'stampSeconds')::numeric;
begin
        if n.id is null then
                return rule.finding('stamper', true, 'No active notary tells of its time-stamp authority.', 'Aucun notaire actif ne parle de son autorité d''horodatage.');
        elsif state = 'none' then
                return rule.finding('stamper', true, 'No time-stamp authority is configured (stamp_url).', 'Aucune autorité d''horodatage n''est configurée (stamp_url).');
        elsif state = 'away' then
                return rule.finding('stamper', false, format('The time-stamp authority gives nothing usable: %s.', reason), format('L''autorité d''horodatage ne donne rien d''utilisable : %s.', reason));
        end if;
        return rule.finding('stamper', coalesce(slowest < most / 2, true),
                case when slowest >= most / 2 then format('The time-stamp authority is slow: up to %s s of the %s s it has.', round(slowest, 1), most) else 'The time-stamp authority answers in time.' end,
                case when slowest >= most / 2 then format('L''autorité d''horodatage est lente : jusqu''à %s s sur les %s s accordées.', round(slowest, 1), most) else 'L''autorité d''horodatage répond à temps.' end);
end
$$;

-- Where time-stamps come by batch, a receipt that waits for the next one is as it should be.
create function rule.stamps_finding() returns jsonb language plpgsql stable as $$
declare
        n notary := rule.notary_active();
        grace interval := case when n.report ->> 'stampMode' = 'batch' then make_interval(secs => 2 * (n.report ->> 'stampInterval')::int + 60) else interval '0' end;
        unstamped bigint := (select count(*) from receipt r where not r.stamped);
        late bigint := (select count(*) from receipt r where not r.stamped and r.at <= clock_timestamp() - grace);
        since text;
        indexes text;
begin
        if unstamped = 0 then
                return rule.finding('time-stamps', true, 'No receipt waits for its time-stamp.', 'Aucun accusé n''attend son horodatage.');
        elsif late = 0 then
                return rule.finding('time-stamps', true, format('%s receipts wait for the next batch''s time-stamp, none for too long.', unstamped),
                        format('%s accusés attendent l''horodatage du prochain lot, aucun depuis trop longtemps.', unstamped));
        end if;
        select rule.instant(min(r.at)), string_agg(r.index::text, ', ' order by r.index) || case when late > 5 then '…' else '' end into since, indexes
        from (select x.* from receipt x where not x.stamped order by x.index limit 5) r;
        return rule.finding('time-stamps', false, format('%s receipts wait for their time-stamp, the oldest since %s: index %s.', late, since, indexes),
                format('%s accusés attendent leur horodatage, le plus ancien depuis %s : rang %s.', late, since, indexes));
end
$$;

create function rule.standby_finding() returns jsonb language sql stable as $$
        select rule.finding('notaries', true, format('%s notaries are there, of which one at most is active.', count(*)),
                format('%s notaires sont là, dont un au plus est actif.', count(*)))
        from notary n where n.seen_at > clock_timestamp() - interval '30 seconds'
$$;

-- The journal's order is that of its indexes; its hours are those of the database's clock, and step with it.
create function rule.clock_back() returns table (back interval, index bigint) language sql stable as $$
        select max(x.back), min(x.index) filter (where x.back is not null)
        from (select w.index, case when w.at < lag(w.at) over (order by w.index) - interval '1 second' then lag(w.at) over (order by w.index) - w.at end as back
              from (select j.index, j.at from journal j order by j.index desc limit 10000) w) x
$$;

create function rule.clock_finding() returns jsonb language sql stable as $$
        select rule.finding('clock', x.back is null, case when x.back is null then 'The clock has not gone back while the last 10000 facts were journaled.'
                else format('The clock went back by up to %s among the last 10000 facts (index %s): their order is that of their indexes, their hours as the clock told them.', x.back, x.index) end,
                case when x.back is null then 'L''horloge n''a pas reculé pendant que les 10000 derniers faits étaient inscrits.'
                else format('L''horloge a reculé de %s au plus parmi les 10000 derniers faits (rang %s) : leur ordre est celui de leurs rangs, leurs heures celles que l''horloge disait.', x.back, x.index) end)
        from rule.clock_back() x
$$;

create function rule.key_finding() returns jsonb language sql stable as $$
        select rule.finding('keys', x.found is null, coalesce('Keys in use that end or are revoked: ' || x.found || '.', 'The gateway''s keys in use are valid for more than 30 days and none is revoked.'),
                coalesce('Clés en service qui expirent ou sont révoquées : ' || x.found || '.', 'Les clés en service de la passerelle valent plus de 30 jours encore et aucune n''est révoquée.'))
        from (select string_agg(format('%s %s (%s)', k.use, left(k.id, 16), coalesce(rule.instant(k.revoked_from), rule.instant(k.valid_to))), ', ') as found
              from key k where k.retired_at is null and (k.revoked_at is not null or k.valid_to < clock_timestamp() + interval '30 days')) x
$$;

create function rule.kept_finding() returns jsonb language sql stable as $$
        select rule.finding('kept', count(*) = 0, case when count(*) = 0 then 'No receipt''s last time-stamp ends within 30 days.'
                else format('%s receipts have a last time-stamp that ends within 30 days, the first at %s: see archive_evidence.', count(*), rule.instant(min(r.kept_until))) end,
                case when count(*) = 0 then 'Aucun accusé n''a un dernier horodatage qui expire sous 30 jours.'
                else format('%s accusés ont un dernier horodatage qui expire sous 30 jours, le premier le %s : voir archive_evidence.', count(*), rule.instant(min(r.kept_until))) end)
        from receipt r where r.kept_until < clock_timestamp() + interval '30 days'
$$;

-- A full disk is met by writing: a megabyte, in a table that leaves nothing behind.
create function rule.disk_finding() returns jsonb language plpgsql as $$
declare
        state text;
        reason text;
begin
        begin
                create temporary table disk_trial (bytes bytea) on commit drop;
                alter table disk_trial alter column bytes set storage external;
                insert into disk_trial select decode(repeat('5a', 8000), 'hex') from generate_series(1, 128);
                raise exception using errcode = 'PLI01';
        exception
        when sqlstate 'PLI01' then
                state := null;
        when others then
                get stacked diagnostics state = returned_sqlstate, reason = message_text;
        end;
        return rule.finding('disk', state is null, case when state is null then 'The database''s disk takes what is written.' else format('The database''s disk takes nothing more: %s (%s).', reason, state) end,
                case when state is null then 'Le disque de la base accepte les écritures.' else format('Le disque de la base n''accepte plus rien : %s (%s).', reason, state) end);
end
$$;

create function rule.notary_findings() returns jsonb language plpgsql volatile as $$
begin
        return jsonb_build_array(rule.seal_finding(), rule.stamper_finding(), rule.stamps_finding(), rule.standby_finding(), rule.clock_finding(), rule.key_finding(),
                rule.kept_finding(), rule.disk_finding());
end
$$;

-- ---- metrics ----

create function rule.metrics_notary() returns jsonb language plpgsql stable as $$
declare
        n notary := rule.notary_active();
        r jsonb := n.report;
begin
        return jsonb_build_array(
                rule.metric('pli_notaries', 'gauge', 'Notaries that are there, active or waiting', (select count(*) from notary x where x.seen_at > clock_timestamp() - interval '30 seconds')),
                rule.metric('pli_notary_seal_ready', 'gauge', 'The active notary''s seal signs', (r ->> 'seal' = 'ready')::int),
                rule.metric('pli_notary_stamper_ready', 'gauge', 'The time-stamp authority answers what is believed', (r ->> 'stamper' = 'ready')::int),
                rule.metric('pli_notary_stamps_total', 'counter', 'Answers of the time-stamp authority since the notary''s start', (r ->> 'stampsGood')::numeric, '{"result": "good"}'),
                rule.metric('pli_notary_stamps_total', 'counter', '', (r ->> 'stampsRefused')::numeric, '{"result": "refused"}'),
                rule.metric('pli_notary_stamps_total', 'counter', '', (r ->> 'stampsUnanswered')::numeric, '{"result": "unanswered"}'),
                rule.metric('pli_notary_stamp_slowest_seconds', 'gauge', 'The longest wait for a time-stamp in the last minute or so', (r ->> 'stampSlowest')::numeric),
                rule.metric('pli_notary_failures_total', 'counter', 'Turns that the notary could not finish, since its start', (r ->> 'failures')::numeric),
                rule.metric('pli_clock_back_seconds', 'gauge', 'By how much the clock went back among the last 10000 facts', (select extract(epoch from x.back) from rule.clock_back() x)),
                rule.metric('pli_keys_ending', 'gauge', 'Keys in use that end within 30 days or are revoked', (select count(*) from key k where k.retired_at is null
                        and (k.revoked_at is not null or k.valid_to < clock_timestamp() + interval '30 days'))),
                rule.metric('pli_receipts_ending', 'gauge', 'Receipts whose last time-stamp ends within 30 days', (select count(*) from receipt x where x.kept_until < clock_timestamp() + interval '30 days')));
end
$$;
