-- What is bought, how and where: the members of a consultation beside its text, checked against the law's tables.

-- Does this party buy for this body?
create function rule.buys(actor uuid, owner bigint) returns boolean language plpgsql stable as $$
begin
        return exists (select from party p where p.id = actor and p.body = owner and 'buyer' = any (p.roles) and p.disabled_at is null);
end
$$;

-- CPV codes: eight digits of a division that exists, a check digit or none; the first one is the main one.
create function rule.cpv_read(codes jsonb) returns text[] language plpgsql as $$
declare
        one text;
        kept text[] := '{}';
begin
        for one in select value from jsonb_array_elements_text(codes) loop
                if one !~ '^[0-9]{8}(-[0-9])?$' or not exists (select from cpv_division d where d.code = left(one, 2)) then
                        perform rule.refuse('cpv-unknown', format('"%s" is no CPV code.', left(one, 40)));
                end if;
                kept := kept || one;
        end loop;
        return kept;
end
$$;

-- What the code is under: 45214210 is in 45214200, 45214000, 45210000, 45200000 and 45000000 (Regulation 213/2008, annex I).
create function rule.cpv_prefix(code text) returns text language sql immutable as $$
        select case when length(p) < 2 then left(code, 2) else p end from (select rtrim(left(code, 8), '0') as p) x
$$;

-- {"code", "type"}: a place as the essential data name it (lieuExecution).
create function rule.place_read(place jsonb) returns jsonb language plpgsql as $$
begin
        if place is null or jsonb_typeof(place) = 'null' then
                return null;
        end if;
        if jsonb_typeof(place) <> 'object' or place ->> 'code' is null or length(place ->> 'code') > 20
           or not coalesce(place ->> 'type', '') = any (array['postal', 'commune', 'arrondissement', 'canton', 'department', 'region', 'country']) then
                perform rule.refuse('json-malformed', '"place" must be {"code", "type": postal, commune, arrondissement, canton, department, region or country}');
        end if;
        return jsonb_strip_nulls(jsonb_build_object('code', place ->> 'code', 'type', place ->> 'type', 'name', left(place ->> 'name', 200)));
end
$$;

create function rule.number_read(object jsonb, name text) returns numeric language plpgsql as $$
begin
        if object -> name is null or jsonb_typeof(object -> name) = 'null' then
                return null;
        elsif jsonb_typeof(object -> name) <> 'number' then
                perform rule.refuse('json-malformed', format('"%s" must be a number', name));
        end if;
        return (object ->> name)::numeric;
end
$$;

-- The framework agreement that a subsequent contract is held under: one of the same body, awarded.
create function rule.framework_read(c consultation, given text) returns uuid language plpgsql as $$
declare
        f consultation;
begin
        if given is null then
                return null;
        end if;
        select * into f from consultation x where x.body = c.body and x.id::text = given;
        if f.id is null or f.technique not in ('framework', 'dynamic') or f.state not in ('awarded', 'notified') then
                perform rule.refuse('framework-unknown', format('%s is no framework agreement of this body that has been awarded.', left(given, 40)));
        end if;
        return f.id;
end
$$;

-- Sets the members that `input` names, leaves the others.
create function rule.procedure_set(given consultation, input jsonb) returns consultation language plpgsql as $$
declare
        c consultation := given;
begin
        update consultation x set
                reference = case when input ? 'reference' then rule.member_text(input, 'reference') else x.reference end,
                title = case when input ? 'title' then rule.member_text(input, 'title') else x.title end,
                object = case when input ? 'object' then rule.member_text(input, 'object') else x.object end,
                deadline = case when input ? 'deadline' then rule.member_instant(input, 'deadline') else x.deadline end,
                procedure = case when input ? 'procedure' then rule.member_text(input, 'procedure') else x.procedure end,
                nature = case when input ? 'nature' then input ->> 'nature' else x.nature end,
                buyer = case when input ? 'buyer' then input ->> 'buyer' else x.buyer end,
                cpv = case when input ? 'cpv' then rule.cpv_read(rule.member_list(input, 'cpv')) else x.cpv end,
                place = case when input ? 'place' then rule.place_read(input -> 'place') else x.place end,
                months = case when input ? 'months' then rule.number_read(input, 'months')::int else x.months end,
                estimate = case when input ? 'estimate' then rule.number_read(input, 'estimate') else x.estimate end,
                exemption = case when input ? 'exemption' then input ->> 'exemption' else x.exemption end,
                technique = case when input ? 'technique' then rule.member_text(input, 'technique') else x.technique end,
                framework = case when input ? 'framework' then rule.framework_read(c, input ->> 'framework') else x.framework end,
                criteria = case when input ? 'criteria' then rule.member_list(input, 'criteria') else x.criteria end,
                more = case when jsonb_typeof(input -> 'more') = 'object' then input -> 'more' else x.more end
        where x.body = c.body and x.id = c.id returning * into c;
        if not exists (select from procedure_type t where t.code = c.procedure) then
                perform rule.refuse('procedure-unknown', format('There is no type of procedure "%s".', left(c.procedure, 40)));
        end if;
        return c;
end
$$;

create function rule.lots_set(c consultation, lots jsonb) returns void language plpgsql as $$
begin
        delete from consultation_lot l where l.body = c.body and l.consultation = c.id;
        insert into consultation_lot (body, consultation, number, title, envelopes, cpv, estimate, place)
        select c.body, c.id, l ->> 'number', l ->> 'title',
                case when l ? 'envelopes' then array(select jsonb_array_elements_text(rule.member_list(l, 'envelopes'))) end,
                rule.cpv_read(rule.member_list(l, 'cpv')), rule.number_read(l, 'estimate'), rule.place_read(l -> 'place')
        from jsonb_array_elements(lots) l;
end
$$;

-- The threshold of that day; null where there is none.
create function rule.threshold(name text, nature text, buyer text, day date) returns numeric language sql stable as $$
        select t.amount from threshold t where t.name = $1 and t.nature = $2 and t.buyer in ('any', $3) and t.valid_from <= $4
        order by t.valid_from desc limit 1
$$;

create function rule.today() returns date language sql stable as $$
        select (clock_timestamp() at time zone 'Europe/Paris')::date
$$;

-- Before publication: the procedure must be one that the law allows for this amount (L2124-1, R2122-8), where the buyer has told it.
create function rule.procedure_check(c consultation) returns void language plpgsql as $$
declare
        t procedure_type;
        formal numeric := rule.threshold('formal', c.nature, c.buyer, rule.today());
        dispensed numeric := rule.threshold('publicity', c.nature, c.buyer, rule.today());
begin
        select * into t from procedure_type x where x.code = c.procedure;
        if c.procedure = 'subsequent' and c.framework is null then
                perform rule.refuse('framework-unknown', 'A subsequent contract names its framework agreement.');
        elsif t.concession <> (c.nature = 'concession') and c.nature is not null then
                perform rule.refuse('procedure-unknown', format('The procedure %s is not one for %s.', c.procedure, c.nature));
        elsif c.exemption is not null then
                return;
        elsif c.procedure = 'MAPA' and c.estimate >= formal then
                perform rule.refuse('procedure-threshold', format('%s euros: from %s on, a formal procedure is needed; or say in "exemption" why not.', c.estimate, formal));
        elsif c.procedure = 'direct' and c.estimate >= dispensed then
                perform rule.refuse('procedure-threshold', format('%s euros: from %s on, publicity is needed; or say in "exemption" why not.', c.estimate, dispensed));
        end if;
end
$$;

-- The same consultation to its own buyers: what is not public besides.
create function rule.consultation_own(c consultation) returns jsonb language plpgsql stable as $$
begin
        return rule.consultation_whole(c) || jsonb_build_object('estimate', c.estimate, 'buyer', c.buyer, 'exemption', c.exemption, 'more', c.more,
                'publishAt', rule.instant(c.publish_at), 'analysis', c.analysis, 'decided', rule.instant(c.decided_at), 'notified', rule.instant(c.notified_at),
                'archived', rule.instant(c.archived_at), 'letters', rule.instant(c.letters_at), 'standstill', rule.instant(c.standstill_until));
end
$$;

create function api.procedure_list() returns jsonb language plpgsql stable security definer set search_path = pli, pg_temp as $$
begin
        return jsonb_build_object('procedures', (select jsonb_agg(jsonb_build_object('code', t.code, 'formal', t.formal, 'concession', t.concession, 'decp', t.decp,
                        'standstill', t.standstill, 'en', t.sentence_en, 'fr', t.sentence_fr) order by t.concession, t.formal, t.code) from procedure_type t),
                'cpv', (select jsonb_agg(jsonb_build_object('code', d.code, 'en', d.en, 'fr', d.fr) order by d.code) from cpv_division d));
end
$$;

-- Those in force on a day, today where none is given.
create function api.threshold_list(day text) returns jsonb language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_variable
declare
        at date := case when coalesce(day, '') = '' then rule.today() else rule.member_date(jsonb_build_object('date', day), 'date') end;
begin
        return jsonb_build_object('date', at, 'thresholds', (
                select coalesce(jsonb_agg(jsonb_build_object('name', t.name, 'nature', t.nature, 'buyer', t.buyer, 'amount', t.amount, 'since', t.valid_from, 'clause', t.clause)
                        order by t.name, t.nature, t.buyer), '[]')
                from (select distinct on (x.name, x.nature, x.buyer) x.* from threshold x where x.valid_from <= at order by x.name, x.nature, x.buyer, x.valid_from desc) t));
end
$$;
