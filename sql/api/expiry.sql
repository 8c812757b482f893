-- Deposits that are never finished: abandoned by their company, or after a time without a byte. What had come is
-- described in the event before its bytes are dropped, as a deposit that failed may be what a court asks about.

-- When the last byte came, or the deposit was begun.
create function rule.deposit_touched(d deposit) returns timestamptz language plpgsql stable as $$
begin
        return greatest(d.started, (select max(t.at) from transfer t where t.body = d.body and t.deposit = d.id),
                (select max(e.manifest_at) from envelope e where e.body = d.body and e.deposit = d.id));
end
$$;

create function rule.deposit_expires(d deposit) returns timestamptz language plpgsql stable as $$
begin
        return rule.deposit_touched(d) + rule.setting('expiry-hours') * interval '1 hour';
end
$$;

-- What has arrived of an envelope: ranges, bytes, and SHA-256 over the digests of these chunks.
create function rule.envelope_remains(e envelope) returns jsonb language plpgsql set plan_cache_mode = force_custom_plan as $$
begin
        return (select jsonb_strip_nulls(jsonb_build_object('envelope', e.name, 'lot', e.lot, 'kind', e.kind, 'bytes', coalesce(sum(k.size), 0), 'chunks', count(*),
                        'arrived', rule.arrived(e.body, e.day, e.content), 'digest', encode(sha256(coalesce(string_agg(k.sha256, ''::bytea order by k.number), '')), 'hex'),
                        'manifest', encode(e.manifest_sha256, 'hex'), 'lastByte', rule.instant(max(k.arrived_at))))
                from chunk k where k.body = e.body and k.day = e.day and k.content = e.content);
end
$$;

-- No byte of this content is needed any more. Waits for those that are being written.
create function rule.content_drop(owner bigint, at date, number bigint) returns void language plpgsql set plan_cache_mode = force_custom_plan as $$
begin
        perform from content c where c.body = owner and c.day = at and c.id = number for update;
        update content c set open = false where c.body = owner and c.day = at and c.id = number;
        delete from chunk k where k.body = owner and k.day = at and k.content = content_drop.number;
end
$$;

create function rule.deposit_abandon(d deposit, actor uuid, reason jsonb) returns bigint language plpgsql as $$
declare
        c consultation;
        remains jsonb;
begin
        select * into c from consultation x where x.body = d.body and x.id = d.consultation;
        select jsonb_agg(rule.envelope_remains(e) order by e.name) into remains from envelope e where e.body = d.body and e.deposit = d.id;
        perform rule.content_drop(e.body, e.day, e.content) from (select * from envelope x where x.body = d.body and x.deposit = d.id order by x.content) e;
        perform rule.step('envelope', d.body, e.id, 'abandon', actor) from envelope e where e.body = d.body and e.deposit = d.id;
        perform rule.step('deposit', d.body, d.id, 'abandon', actor);
        update deposit x set reserved = 0 where x.body = d.body and x.id = d.id;
        return rule.append(row(d.body, 'urn:pli:event:DepositAbandoned', 'deposit.abandoned', 'procurement', 'deposit', d.id::text, d.party),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'started', rule.instant(d.started), 'rehearsal', nullif(d.rehearsal, false),
                        'envelopes', remains, 'reasons', jsonb_build_array(reason)) || rule.transfer_fact(d));
end
$$;

-- The company gives up an unfinished deposit; its place in the limits is free again.
create function api.deposit_abandon(actor uuid, deposit uuid) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        d deposit := rule.deposit_own(actor, $2);
begin
        select * into d from deposit x where x.body = d.body and x.id = d.id for update;
        if d.state = 'abandoned' then
                return jsonb_build_object('event', rule.deposit_ended(d, 'deposit.abandoned'));
        end if;
        if d.state <> 'started' then
                perform rule.refuse('deposit-closed', format('This deposit is %s.', d.state));
        end if;
        return jsonb_build_object('event', rule.deposit_abandon(d, actor,
                jsonb_build_object('code', 'given-up', 'text', 'The company gave up this deposit.')));
end
$$;

-- Abandons what has seen no byte for too long, and alerts of filings that the State leaves unanswered, some at a time: "more" says to ask again. One front does it at once.
create function api.sweep() returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        d deposit;
        hours bigint := rule.setting('expiry-hours');
        done int := 0;
        sealed int;
        silent int;
begin
        perform rule.act_everywhere();
        if not pg_try_advisory_xact_lock(hashtextextended('pli sweep', 0)) then
                return jsonb_build_object('abandoned', 0, 'hours', 0, 'more', false);
        end if;
        for d in select * from deposit x where x.state = 'started' and x.started < clock_timestamp() - hours * interval '1 hour'
                 and rule.deposit_expires(x) < clock_timestamp() order by x.started limit 20 for update skip locked loop
                perform rule.deposit_abandon(d, null, jsonb_build_object('code', 'expired',
                        'text', format('No byte came for %s hours.', hours)));
                done := done + 1;
        end loop;
        sealed := rule.health_seal();
        perform rule.act_everywhere();
        silent := rule.filings_alert();
        return jsonb_build_object('abandoned', done, 'hours', sealed, 'unanswered', silent, 'more', done = 20 or sealed = 20 or silent = 100);
end
$$;
