-- Registers (R2132-…, annexe 7 art. 1-I: history of withdrawals and deposits), as rows under named columns. The front
-- writes them as CSV or JSON.

create function rule.columns(variadic names text[]) returns jsonb language sql immutable as $$
        select to_jsonb(names)
$$;

create function rule.register_withdrawals(c consultation) returns jsonb language plpgsql stable as $$
begin
        return jsonb_build_object('columns', rule.columns('number', 'at', 'document', 'name', 'organisation', 'siret'), 'rows', (
                select coalesce(jsonb_agg(jsonb_build_array(n, rule.instant(w.at), w.document, p.name, p.organisation, p.siret) order by n), '[]')
                from (select x.*, row_number() over (order by x.id) as n from withdrawal x where x.body = c.body and x.consultation = c.id) w left join party p on p.id = w.party));
end
$$;

-- Nothing before the opening: that somebody deposited is itself confidential.
create function rule.register_deposits(c consultation) returns jsonb language plpgsql stable as $$
begin
        return jsonb_build_object('columns', rule.columns('number', 'deposit', 'organisation', 'siret', 'started', 'received', 'late', 'state', 'lots', 'envelopes', 'bytes', 'documents', 'event'), 'rows', (
                select coalesce(jsonb_agg(jsonb_build_array(n, d.id, p.organisation, p.siret, rule.instant(d.started), rule.instant(d.received), d.late, d.state,
                        (select string_agg(distinct e.lot, ' ' order by e.lot) from envelope e where e.body = d.body and e.deposit = d.id and e.lot <> ''),
                        (select count(*) from envelope e where e.body = d.body and e.deposit = d.id), (select sum(e.bytes) from envelope e where e.body = d.body and e.deposit = d.id),
                        (select sum(jsonb_array_length(coalesce(e.summary -> 'documents', '[]'))) from envelope e where e.body = d.body and e.deposit = d.id), d.event) order by n), '[]')
                from (select x.*, row_number() over (order by x.received, x.id) as n from deposit x where x.body = c.body and x.consultation = c.id
                      and not x.rehearsal and x.received is not null and c.opening_at is not null) d join party p on p.id = d.party));
end
$$;

create function rule.register_safeguards(c consultation) returns jsonb language plpgsql stable as $$
begin
        return jsonb_build_object('columns', rule.columns('number', 'organisation', 'siret', 'form', 'received', 'receivedBy', 'late', 'state', 'ground', 'deposit', 'reason'), 'rows', (
                select coalesce(jsonb_agg(jsonb_build_array(g.number, g.company, g.siret, g.form, rule.instant(g.received), g.received_by, g.received > c.deadline, g.state,
                        g.ground, g.deposit, g.reason) order by g.number), '[]')
                from safeguard g where g.body = c.body and g.consultation = c.id));
end
$$;

-- Who asked is the buyer's affair alone: to others the columns are empty.
create function rule.register_questions(c consultation, named boolean) returns jsonb language plpgsql stable as $$
begin
        return jsonb_build_object('columns', rule.columns('number', 'at', 'organisation', 'siret', 'lot', 'state', 'question', 'answer', 'answered'), 'rows', (
                select coalesce(jsonb_agg(jsonb_build_array(q.number, rule.instant(q.asked_at), case when named then p.organisation end, case when named then p.siret end, q.lot, q.state,
                        case when named then q.text else q.published end, q.answer, rule.instant(q.answered_at)) order by q.number), '[]')
                from question q join party p on p.id = q.party where q.body = c.body and q.consultation = c.id));
end
$$;

create function api.register_show(actor uuid, consultation uuid, name text) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        c consultation := rule.opening_seen(actor, $2);
        kept jsonb;
begin
        case $3
        when 'withdrawals' then kept := rule.register_withdrawals(c);
        when 'deposits' then kept := rule.register_deposits(c);
        when 'safeguards' then kept := rule.register_safeguards(c);
        when 'questions' then kept := rule.register_questions(c, exists (select from party p where p.id = actor and ('auditor' = any (p.roles) or ('buyer' = any (p.roles) and p.body = c.body))));
        else
                perform rule.refuse('not-found', format('The registers are withdrawals, deposits, safeguards and questions, not "%s".', left($3, 40)));
        end case;
        return jsonb_build_object('register', $3, 'consultation', c.id, 'reference', c.reference, 'at', rule.instant(clock_timestamp()), 'atLocal', rule.local(clock_timestamp())) || kept;
end
$$;
