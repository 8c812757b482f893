-- After an incident: a later deadline; before the first deposit: another commission.

-- Who has a stake: companies that deposited, or took documents and said who they were. One party each.
create function rule.consultation_companies(c consultation) returns setof uuid language plpgsql stable as $$
begin
        return query select distinct on (p.company) p.id from party p
        where p.disabled_at is null and 'company' = any (p.roles) and (p.id in (select d.party from deposit d where d.body = c.body and d.consultation = c.id and not d.rehearsal)
                or p.id in (select w.party from withdrawal w where w.body = c.body and w.consultation = c.id))
        order by p.company, p.id;
end
$$;

-- A deposit that was late and is so no more takes the place it would have had.
create function rule.deposit_in_time(subject uuid, c consultation) returns void language plpgsql as $$
declare
        d deposit;
begin
        update deposit x set late = false where x.body = c.body and x.id = subject returning * into d;
        delete from standing s where s.body = d.body and s.deposit = d.id;
        perform rule.deposit_stand(d, c);
        perform rule.append(row(d.body, 'urn:pli:event:DepositInTime', 'deposit.in-time', 'procurement', 'deposit', d.id::text, d.party),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'started', rule.instant(d.started), 'received', rule.instant(d.received), 'late', false));
end
$$;

-- {"deadline", "reason"}: later than the one before, until the opening begins. Deposits stay as they are; those that
-- came late come in time where the new hour says so; each company is told by an event of its own.
create function api.deadline_move(actor uuid, consultation uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.buyer_consultation(actor, $2);
        wanted timestamptz := rule.member_instant($3, 'deadline');
        reasons jsonb := jsonb_build_array(jsonb_build_object('code', 'incident', 'text', left(rule.member_text($3, 'reason'), 2000)));
        former timestamptz;
        told uuid[];
begin
        perform rule.lock_alone(c.id);
        select * into c from consultation x where x.body = c.body and x.id = c.id for update;
        former := c.deadline;
        if c.opening_at is not null then
                perform rule.refuse('consultation-deadline', 'The opening has begun: the deadline stays.');
        elsif wanted <= former or wanted <= clock_timestamp() then
                perform rule.refuse('consultation-deadline', format('The new deadline must be later than %s and to come; it is %s.', rule.instant(former), rule.instant(clock_timestamp())));
        end if;
        if c.state = 'closed' then
                perform rule.step('consultation', c.body, c.id, 'reopen', actor);
        elsif c.state <> 'published' then
                perform rule.refuse('consultation-deadline', format('The consultation is %s: its deadline stays.', c.state));
        end if;
        update consultation x set deadline = wanted, closed_at = null where x.body = c.body and x.id = c.id returning * into c;
        told := array(select rule.consultation_companies(c));
        perform rule.deposit_in_time(l.id, c) from (select d.id from deposit d where d.body = c.body and d.consultation = c.id and d.late and d.state = 'committed'
                and d.received <= wanted order by d.received) l;
        perform rule.append(row(c.body, 'urn:pli:event:DeadlineMoved', 'consultation.deadline-moved', 'procurement', 'consultation', c.id::text, p),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'formerDeadline', rule.instant(former), 'reasons', reasons))
        from unnest(array[actor] || told) p;
        return rule.consultation_whole(c) || jsonb_build_object('told', coalesce(cardinality(told), 0));
end
$$;

-- {"members", "quorum"?}: another commission, while no envelope is sealed for the one before.
create function api.commission_change(actor uuid, consultation uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.buyer_consultation(actor, $2);
        members jsonb := rule.member_list($3, 'members');
        wanted int := coalesce(($3 ->> 'quorum')::int, c.quorum);
begin
        perform rule.lock_alone(c.id);
        if exists (select from deposit d where d.body = c.body and d.consultation = c.id and d.state not in ('abandoned', 'rehearsed') and not d.rehearsal) then
                perform rule.refuse('commission-sealed', 'A deposit has begun: what is sealed is sealed for this commission.');
        elsif wanted not between 1 and jsonb_array_length(members) then
                perform rule.refuse('consultation-members', format('A quorum of %s needs as many members.', wanted));
        end if;
        delete from opening_trial t where t.body = c.body and t.consultation = c.id;
        delete from consultation_member m where m.body = c.body and m.consultation = c.id;
        perform rule.members_add(c.body, c.id, members);
        update consultation x set quorum = wanted where x.body = c.body and x.id = c.id returning * into c;
        perform rule.append(row(c.body, 'urn:pli:event:CommissionChanged', 'consultation.commission-changed', 'procurement', 'consultation', c.id::text, actor),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'minutes', jsonb_build_object('quorum', c.quorum, 'members', (
                        select jsonb_agg(jsonb_build_object('x', m.x, 'name', p.name) order by m.x) from consultation_member m join party p on p.id = m.party
                        where m.body = c.body and m.consultation = c.id))));
        return rule.consultation_whole(c);
end
$$;
