-- Copies de sauvegarde (arrêté du 22 mars 2019, annexe 6): received in time and marked as such, kept closed, opened
-- in the law's cases only, else destroyed unopened. Each step is an event.

create function rule.safeguard_json(g safeguard) returns jsonb language plpgsql stable as $$
begin
        return (select jsonb_strip_nulls(jsonb_build_object('id', g.id, 'consultation', g.consultation, 'number', g.number, 'company', g.company, 'siret', g.siret,
                'lots', to_jsonb(g.lots), 'form', g.form, 'marked', g.marked, 'received', rule.instant(g.received), 'receivedBy', g.received_by,
                'registered', rule.instant(g.registered), 'late', g.received > c.deadline, 'state', g.state, 'ground', g.ground, 'deposit', g.deposit, 'reason', g.reason))
                from consultation c where c.body = g.body and c.id = g.consultation);
end
$$;

-- A consultation of the actor's own body, published.
create function rule.buyer_consultation(actor uuid, subject uuid) returns consultation language plpgsql as $$
declare
        buyer party := rule.actor(actor, array['buyer']);
        c consultation := rule.consultation_seen(actor, subject);
begin
        if buyer.body <> c.body or c.published_at is null then
                perform rule.refuse('not-found', format('There is no published consultation %s of your body.', subject));
        end if;
        return c;
end
$$;

create function rule.safeguard_append(g safeguard, c consultation, fact text, actor uuid) returns bigint language plpgsql as $$
begin
        return rule.append(row(g.body, 'urn:pli:event:Safeguard' || initcap(split_part(fact, '.', 2)), fact, 'procurement', 'safeguard', g.id::text, actor),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'safeguard', jsonb_strip_nulls(jsonb_build_object('number', g.number, 'company', g.company,
                        'siret', g.siret, 'form', g.form, 'received', rule.instant(g.received), 'receivedBy', g.received_by, 'ground', g.ground, 'deposit', g.deposit)),
                        'reasons', case when g.reason is not null then jsonb_build_array(jsonb_build_object('code', coalesce(g.ground, 'unopened'), 'text', g.reason)) end));
end
$$;

-- {"company", "siret"?, "lots"?, "form": "paper"|"medium", "marked": true, "received", "receivedBy"?}. `marked`: the pli bears
-- the words the law asks for; without them it is no safeguard copy, and never opened.
create function api.safeguard_register(actor uuid, consultation uuid, copy jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.buyer_consultation(actor, $2);
        subject uuid := gen_random_uuid();
        came timestamptz := rule.member_instant($3, 'received');
        made safeguard;
begin
        if came > clock_timestamp() then
                perform rule.refuse('json-malformed', format('"received" is to come: it is %s.', rule.instant(clock_timestamp())));
        end if;
        perform from consultation x where x.body = c.body and x.id = c.id for update;
        insert into safeguard (body, id, step, state, consultation, number, company, siret, lots, form, marked, received, received_by, party)
        values (c.body, subject, 1, rule.begin('safeguard', c.body, subject, 'register', actor), c.id,
                (select coalesce(max(g.number), 0) + 1 from safeguard g where g.body = c.body and g.consultation = c.id),
                rule.member_text($3, 'company'), $3 ->> 'siret', array(select jsonb_array_elements_text(rule.member_list($3, 'lots'))),
                rule.member_text($3, 'form'), coalesce($3 -> 'marked' = 'true', true), came,
                coalesce($3 ->> 'receivedBy', (select p.name from party p where p.id = actor)), actor)
        returning * into made;
        return rule.safeguard_json(made) || jsonb_build_object('event', rule.safeguard_append(made, c, 'safeguard.registered', actor));
exception
        when check_violation then
                perform rule.refuse('json-malformed', sqlerrm);
end
$$;

create function api.safeguard_list(actor uuid, consultation uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.opening_seen(actor, $2);
begin
        return jsonb_build_object('safeguards', (select coalesce(jsonb_agg(rule.safeguard_json(g)
                        || jsonb_strip_nulls(jsonb_build_object('may', case when g.state = 'kept' then (rule.safeguard_ground(g, c)).ground end)) order by g.number), '[]')
                from safeguard g where g.body = c.body and g.consultation = c.id));
end
$$;

-- The case of annexe 6 in which the copy may be opened, and the deposit it stands beside; null where none is met. Malware
-- first; then a deposit that came late, incomplete or could not be read, if its transmission began before the deadline.
create type rule.ground as (ground text, deposit uuid);
create function rule.safeguard_ground(g safeguard, c consultation) returns rule.ground language plpgsql stable as $$
declare
        found rule.ground;
begin
        if c.opening_at is null or g.received > c.deadline or not g.marked then
                return null;
        end if;
        select x.ground, x.id into found from (
                select d.id, d.started, case when exists (select from envelope e where e.body = d.body and e.deposit = d.id and e.state = 'infected') then 'malware'
                        when d.state = 'unreadable' or exists (select from envelope e where e.body = d.body and e.deposit = d.id and e.state = 'unreadable') then 'unreadable'
                        when d.state in ('started', 'abandoned') and d.started < c.deadline then 'incomplete'
                        when d.late and d.state = 'committed' and d.started < c.deadline then 'late' end as ground
                from deposit d join party p on p.id = d.party
                where d.body = g.body and d.consultation = g.consultation and not d.rehearsal
                  and (g.siret = p.siret or (g.siret is null and lower(g.company) = lower(p.organisation)))) x
        where x.ground is not null
        -- A company whose deposit was read whole needs no copy because of one that it broke off before.
          and (x.ground in ('malware', 'unreadable') or not exists (
                select from standing s join deposit o on o.body = s.body and o.id = s.deposit join party q on q.id = o.party
                where s.body = g.body and s.consultation = g.consultation and not s.late and o.state in ('committed', 'opened')
                  and (g.siret = q.siret or (g.siret is null and lower(g.company) = lower(q.organisation)))))
        order by array_position(array['malware', 'unreadable', 'late', 'incomplete'], x.ground), x.started desc limit 1;
        return found;
end
$$;

create function rule.safeguard_own(actor uuid, subject uuid) returns safeguard language plpgsql as $$
declare
        buyer party := rule.actor(actor, array['buyer']);
        owner bigint := rule.enter(subject, 'safeguard');
        kept safeguard;
begin
        select * into kept from safeguard g where g.body = owner and g.id = subject for update;
        if buyer.body <> owner then
                perform rule.refuse('not-found', format('There is no safeguard copy %s.', subject));
        end if;
        return kept;
end
$$;

create function api.safeguard_open(actor uuid, safeguard uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        g safeguard := rule.safeguard_own(actor, $2);
        c consultation;
        found rule.ground;
begin
        select * into c from consultation x where x.body = g.body and x.id = g.consultation;
        found := rule.safeguard_ground(g, c);
        if found.ground is null then
                perform rule.refuse('safeguard-closed', case when c.opening_at is null then 'The opening of the tenders has not begun.'
                        when not g.marked then 'It is not marked as a safeguard copy.'
                        when g.received > c.deadline then format('It came at %s, after the deadline.', rule.instant(g.received))
                        else 'No deposit of this company is infected or unreadable, nor late or incomplete though begun in time.' end);
        end if;
        update safeguard x set ground = found.ground, deposit = found.deposit, reason = $3 ->> 'reason' where x.body = g.body and x.id = g.id;
        perform rule.step('safeguard', g.body, g.id, 'open', actor);
        select * into g from safeguard x where x.body = g.body and x.id = g.id;
        return rule.safeguard_json(g) || jsonb_build_object('event', rule.safeguard_append(g, c, 'safeguard.opened', actor));
end
$$;

-- After the opening. Where the law would let it be opened, its destruction needs a reason in words.
create function api.safeguard_destroy(actor uuid, safeguard uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        g safeguard := rule.safeguard_own(actor, $2);
        c consultation;
        found rule.ground;
begin
        select * into c from consultation x where x.body = g.body and x.id = g.consultation;
        found := rule.safeguard_ground(g, c);
        if c.opened_at is null then
                perform rule.refuse('safeguard-closed', 'The tenders are not all opened: the copy may still be needed.');
        elsif found.ground is not null and coalesce($3 ->> 'reason', '') = '' then
                perform rule.refuse('safeguard-closed', format('It may be opened (%s, deposit %s): say in "reason" why it is not.', found.ground, found.deposit));
        end if;
        update safeguard x set reason = coalesce($3 ->> 'reason', 'Not needed: annexe 6 gives no case for opening it.') where x.body = g.body and x.id = g.id;
        perform rule.step('safeguard', g.body, g.id, 'destroy', actor);
        select * into g from safeguard x where x.body = g.body and x.id = g.id;
        return rule.safeguard_json(g) || jsonb_build_object('event', rule.safeguard_append(g, c, 'safeguard.destroyed', actor));
end
$$;
