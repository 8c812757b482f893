-- What one company may hold open at once, so that nobody fills the store for all. Counted in what is announced, not
-- in what came: a chunk's number says how far the envelope will reach. What is committed counts no more.

-- Refuses one more unfinished deposit past a limit.
create function rule.quota_deposits(c consultation, company text) returns void language plpgsql as $$
declare
        own int;
        all_of_them int;
begin
        select count(*) filter (where d.company = quota_deposits.company), count(*) into own, all_of_them
        from deposit d where d.body = c.body and d.consultation = c.id and d.state = 'started';
        if own >= rule.setting('company-deposits') then
                perform rule.refuse('quota-deposits', format('Your company has %s unfinished deposits for this consultation.', own));
        end if;
        if all_of_them >= rule.setting('consultation-deposits') then
                perform rule.refuse('quota-deposits', format('%s deposits for this consultation are unfinished.', all_of_them));
        end if;
end
$$;

create function rule.quota_bytes(d deposit) returns void language plpgsql as $$
declare
        own bigint;
        all_of_them bigint;
begin
        select coalesce(sum(x.reserved) filter (where x.company = d.company), 0), coalesce(sum(x.reserved), 0) into own, all_of_them
        from deposit x where x.body = d.body and x.consultation = d.consultation and x.state = 'started';
        if own > rule.setting('company-bytes') then
                perform rule.refuse('quota-bytes', format('The unfinished deposits of your company would hold %s bytes; %s are allowed.', own, rule.setting('company-bytes')));
        end if;
        if all_of_them > rule.setting('consultation-bytes') then
                perform rule.refuse('quota-bytes', format('The unfinished deposits for this consultation would hold %s bytes; %s are allowed.',
                        all_of_them, rule.setting('consultation-bytes')));
        end if;
end
$$;

-- The envelope will reach at least so far. Deposits that grow at the same instant do not see each other: they may
-- pass the limit by what is on its way.
create function rule.reserve(d deposit, envelope text, reach bigint) returns void language plpgsql as $$
declare
        before bigint;
begin
        select e.reserved into before from envelope e where e.body = d.body and e.deposit = d.id and e.name = $2;
        if reach <= before then
                return;
        end if;
        perform from deposit x where x.body = d.body and x.id = d.id for update;
        select e.reserved into before from envelope e where e.body = d.body and e.deposit = d.id and e.name = $2;
        update envelope e set reserved = greatest(before, reach) where e.body = d.body and e.deposit = d.id and e.name = $2;
        update deposit x set reserved = x.reserved + greatest(reach - before, 0) where x.body = d.body and x.id = d.id;
        perform rule.quota_bytes(d);
end
$$;

-- Before the first byte of chunks: where they go. `bytes` is what the request announces.
create function api.chunks_admit(actor uuid, deposit uuid, envelope text, first bigint, bytes bigint) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        place jsonb := api.envelope_admit($1, $2, $3, null, null);
begin
        perform rule.reserve(rule.deposit_own($1, $2), $3, $4 * 262172 + $5);
        return place;
end
$$;
