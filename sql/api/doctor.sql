-- What is wrong, in words, English and French: each finding is well, or names what to look at.

create function rule.finding(name text, well boolean, sentence text, french text default null) returns jsonb language sql immutable as $$
        select jsonb_strip_nulls(jsonb_build_object('name', name, 'well', coalesce(well, true), 'sentence', sentence, 'sentenceFr', french))
$$;

create function rule.doctor_store() returns jsonb language plpgsql stable as $$
declare
        partitions int := (select count(*) from pg_class c where c.relnamespace = 'pli'::regnamespace and c.relkind = 'r' and c.relname ~ '^chunk_\d{8}$'
                           and c.relname > 'chunk_' || to_char(clock_timestamp() at time zone 'UTC', 'YYYYMMDD'));
        strays bigint := (select count(*) from chunk_default);
        fsync text := current_setting('fsync');
        commits text := current_setting('synchronous_commit');
        pages text := current_setting('full_page_writes');
begin
        return jsonb_build_array(
                rule.finding('partitions', partitions >= 7, format('Partitions are ready for %s days; "pliadm migrate" makes more.', partitions),
                        format('Des partitions sont prêtes pour %s jours ; « pliadm migrate » en fait d''autres.', partitions)),
                rule.finding('default-partition', strays = 0, format('%s chunks lie in the default partition.', strays),
                        format('%s blocs sont dans la partition par défaut.', strays)),
                rule.finding('durability', fsync = 'on' and commits <> 'off' and pages = 'on',
                        format('fsync is %s, synchronous_commit is %s, full_page_writes is %s.', fsync, commits, pages),
                        format('fsync vaut %s, synchronous_commit %s, full_page_writes %s.', fsync, commits, pages)));
end
$$;

create function rule.doctor_notary() returns jsonb language plpgsql stable as $$
declare
        active boolean := rule.lock_held('pli notary');
        waiting interval := (select clock_timestamp() - min(e.at) from event_pending p join event e on e.id = p.event);
        missing bigint := (select count(*) from journal j where j.index >= (select m.index from receipt_mark m) and not exists (select from receipt r where r.index = j.index));
begin
        return jsonb_build_array(
                rule.finding('notary-active', active,
                        case when active then 'A notary is active.' else 'No notary is active: facts are kept and get their receipts when one is started.' end,
                        case when active then 'Un notaire est actif.' else 'Aucun notaire n''est actif : les faits sont conservés et auront leurs accusés quand il y en aura un.' end),
                rule.finding('notary', waiting < interval '1 minute',
                        case when waiting is null then 'No event waits for the notary.' else format('The oldest event has been waiting for the notary for %s.', waiting) end,
                        case when waiting is null then 'Aucun événement n''attend le notaire.' else format('Le plus ancien événement attend le notaire depuis %s.', waiting) end),
                rule.finding('receipts', missing = 0, format('%s journal entries have no receipt.', missing), format('%s feuilles du journal n''ont pas d''accusé.', missing)));
end
$$;

create function rule.doctor_queue() returns jsonb language plpgsql stable as $$
declare
        stuck bigint := (select count(*) from outbox o where o.state in ('waiting', 'sending') and o.queued_at < clock_timestamp() - interval '1 day');
        silent bigint := (select count(*) from filing f where (f.alerted_at is not null and f.state = 'sent') or f.answer_due < clock_timestamp());
        opening bigint := (select count(*) from envelope e where e.state = 'ready' and e.lease_until < clock_timestamp());
begin
        return jsonb_build_array(
                rule.finding('outbox', stuck = 0, format('%s filings have been waiting for the State for more than a day.', stuck),
                        format('%s télétransmissions attendent l''État depuis plus d''un jour.', stuck)),
                rule.finding('answers', silent = 0, format('%s filings that the State took have had no answer for more than %s days.', silent, rule.setting('answer-days')),
                        format('%s télétransmissions prises par l''État sont sans réponse depuis plus de %s jours.', silent, rule.setting('answer-days'))),
                rule.finding('opening', opening = 0, format('%s envelopes were taken by a worker that did not come back.', opening),
                        format('%s plis ont été pris par un ouvrier qui n''est pas revenu.', opening)));
end
$$;

create function rule.doctor_feed() returns jsonb language plpgsql stable as $$
declare
        silent text := (select string_agg(format('%s (%s)', w.url, coalesce(w.detail, 'HTTP ' || w.status)), ', ') from webhook w where w.state = 'stopped' or w.failures >= 10);
        unheard text := (select string_agg(p.organisation, ', ') from party p left join state_cursor s on s.party = p.id
                where 'state' = any (p.roles) and p.disabled_at is null and exists (
                        select from receipt r join event e on e.id = r.event where r.index > coalesce(s.cursor, -1) and r.index <= coalesce(s.cursor, -1) + 1000
                        and r.at < clock_timestamp() - interval '1 day' and rule.event_fed(p, e) and e.fact <> 'cursor.acknowledged'));
begin
        return jsonb_build_array(
                rule.finding('webhooks', silent is null, case when silent is null then 'Every webhook is answered.' else format('Webhooks that nobody answers: %s.', silent) end,
                        case when silent is null then 'Tous les webhooks sont servis.' else format('Webhooks sans réponse : %s.', silent) end),
                rule.finding('feeds', unheard is null,
                        case when unheard is null then 'Every State platform has acknowledged what is a day old.' else format('Receipts of more than a day are not acknowledged by: %s.', unheard) end,
                        case when unheard is null then 'Toutes les plateformes de l''État ont acquitté ce qui a un jour.' else format('Des accusés de plus d''un jour ne sont pas acquittés par : %s.', unheard) end));
end
$$;

create function api.doctor() returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
begin
        perform rule.act_everywhere();
        return rule.doctor_store() || rule.doctor_notary() || rule.doctor_queue() || rule.doctor_feed() || rule.channel_findings() || rule.notary_findings();
end
$$;
