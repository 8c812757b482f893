-- What a monitor watches. Cheap on purpose: no count goes over a table that grows for ever.

create function rule.metric(name text, kind text, help text, value numeric, labels jsonb default '{}') returns jsonb language sql immutable as $$
        select jsonb_build_object('name', name, 'kind', kind, 'help', help, 'value', coalesce(value, 0), 'labels', labels)
$$;

-- Does any session hold this lock of ours?
create function rule.lock_held(name text) returns boolean language sql stable as $$
        select exists (select from pg_locks l where l.locktype = 'advisory' and l.granted and l.objsubid = 1
                and l.database = (select d.oid from pg_database d where d.datname = current_database())
                and l.classid::bigint = (hashtextextended(name, 0) >> 32) & 4294967295 and l.objid::bigint = hashtextextended(name, 0) & 4294967295)
$$;

create function rule.seconds(since timestamptz) returns numeric language sql volatile as $$
        select round(coalesce(extract(epoch from clock_timestamp() - since), 0), 3)
$$;

create function rule.metrics_journal() returns jsonb language sql stable as $$
        select jsonb_build_array(
                rule.metric('pli_notary_active', 'gauge', 'Notaries that hold the lock', rule.lock_held('pli notary')::int),
                rule.metric('pli_events_pending', 'gauge', 'Facts that wait for the notary', (select count(*) from event_pending)),
                rule.metric('pli_events_pending_oldest_seconds', 'gauge', 'Age of the oldest of them',
                        (select rule.seconds(min(e.at)) from event_pending p join event e on e.id = p.event)),
                rule.metric('pli_journal_leaves_total', 'counter', 'Leaves of the journal', (select max(j.index) + 1 from journal j)),
                rule.metric('pli_receipts_missing', 'gauge', 'Leaves without a receipt among the last 10000',
                        (select count(*) from journal j where j.index > (select max(x.index) from journal x) - 10000
                         and not exists (select from receipt r where r.index = j.index))),
                rule.metric('pli_receipts_unstamped', 'gauge', 'Receipts that wait for their time-stamp', (select count(*) from receipt r where not r.stamped)),
                rule.metric('pli_receipts_unstamped_oldest_seconds', 'gauge', 'Age of the oldest of them', (select rule.seconds(min(r.at)) from receipt r where not r.stamped)))
$$;

create function rule.metrics_feed() returns jsonb language sql stable as $$
        select coalesce(jsonb_agg(rule.metric('pli_feed_lag', 'gauge', 'Leaves that a State platform has not acknowledged',
                        (select coalesce(max(r.index), -1) from receipt r) - coalesce(s.cursor, -1), jsonb_build_object('platform', p.organisation, 'party', p.id)) order by p.id), '[]')
                from party p left join state_cursor s on s.party = p.id where 'state' = any (p.roles) and p.disabled_at is null
$$;

create function rule.metrics_webhook() returns jsonb language sql stable as $$
        select jsonb_build_array(
                rule.metric('pli_webhooks', 'gauge', 'Webhooks that are called', (select count(*) from webhook w where w.state = 'active')),
                rule.metric('pli_webhooks_failing', 'gauge', 'Webhooks whose receiver last said no', (select count(*) from webhook w where w.state = 'active' and w.failures > 0)),
                rule.metric('pli_webhooks_stopped', 'gauge', 'Webhooks that are called no more', (select count(*) from webhook w where w.state = 'stopped')),
                rule.metric('pli_webhook_lag', 'gauge', 'Leaves behind, of the webhook that is furthest behind',
                        (select coalesce(max(r.index), -1) from receipt r) - (select min(w.cursor) from webhook w where w.state = 'active')))
$$;

create function rule.metrics_queue() returns jsonb language plpgsql stable as $$
begin
        return (select coalesce(jsonb_agg(rule.metric('pli_outbox', 'gauge', 'Filings not yet with the State', q.items, jsonb_build_object('channel', q.channel, 'state', q.state))), '[]')
                from (select o.channel, o.state, count(*) as items from outbox o where o.state <> 'done' group by 1, 2 order by 1, 2) q)
        || jsonb_build_array(
                rule.metric('pli_outbox_oldest_seconds', 'gauge', 'Age of the oldest filing that waits', (select rule.seconds(min(o.queued_at)) from outbox o where o.state in ('waiting', 'sending'))),
                rule.metric('pli_filings_unanswered', 'gauge', 'Filings that the State took and left unanswered too long',
                        (select count(*) from filing f where f.alerted_at is not null and f.state = 'sent')),
                rule.metric('pli_relay_active', 'gauge', 'Relays that hold the lock', rule.lock_held('pli relay')::int),
                rule.metric('pli_envelopes_ready', 'gauge', 'Envelopes whose quorum has come and that wait to be opened', (select count(*) from envelope e where e.state = 'ready')));
end
$$;

create function rule.metrics_store() returns jsonb language sql stable as $$
        select jsonb_build_array(
                rule.metric('pli_chunks_stored', 'gauge', 'Chunks stored, by the planner''s estimate', sum(greatest(c.reltuples, 0))::numeric),
                rule.metric('pli_chunks_bytes', 'gauge', 'Bytes on disk of the chunks', sum(pg_total_relation_size(c.oid))),
                rule.metric('pli_database_bytes', 'gauge', 'Bytes on disk of the database', pg_database_size(current_database())))
        from pg_class c where c.relnamespace = 'pli'::regnamespace and c.relkind = 'r' and c.relname ~ '^chunk_'
$$;

create function rule.metrics() returns jsonb language plpgsql stable as $$
begin
        perform rule.act_everywhere();
        return rule.metrics_journal() || rule.metrics_notary() || rule.metrics_feed() || rule.metrics_webhook() || rule.metrics_queue() || rule.channel_metrics() || rule.metrics_store();
end
$$;

create function api.metrics(actor uuid) returns jsonb language plpgsql stable security definer set search_path = pli, pg_temp as $$
begin
        perform rule.actor(actor, array['operator']);
        return rule.metrics();
end
$$;

-- For a monitor on the front's own machine: who may reach its socket is the file system's affair.
create function api.metrics_local() returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select rule.metrics()
$$;
