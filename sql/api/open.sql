-- Open data: essential data of contracts (DECP), catalogue, releases, feeds. Public by law, and a by-product of the state.

-- What is known of a contract beside what its buyer adds (contract.data).
create function rule.contract_open(k contract) returns jsonb language plpgsql stable as $$
declare
        c consultation;
        l consultation_lot;
begin
        select * into c from consultation x where x.body = k.body and x.id = k.consultation;
        select * into l from consultation_lot x where x.body = k.body and x.consultation = k.consultation and x.number = k.lot;
        return jsonb_strip_nulls(jsonb_build_object('id', k.id, 'number', k.number, 'state', k.state, 'buyer', rule.body_json(k.body), 'nature', c.nature, 'technique', c.technique,
                'object', c.title || coalesce(' – ' || l.title, ''), 'cpv', case when cardinality(l.cpv) > 0 then l.cpv[1] else c.cpv[1] end, 'place', coalesce(l.place, c.place),
                'procedure', (select t.decp from procedure_type t where t.code = c.procedure), 'concession', (select t.concession from procedure_type t where t.code = c.procedure),
                'framework', (select f.number from contract f where f.body = k.body and f.id = k.framework), 'holder', k.holder, 'amount', k.amount, 'months', k.months,
                'notified', to_char(k.notified_at at time zone 'Europe/Paris', 'YYYY-MM-DD'), 'signed', to_char(coalesce(k.signed_at, k.notified_at) at time zone 'Europe/Paris', 'YYYY-MM-DD'),
                'published', to_char(coalesce(k.published_at, clock_timestamp()) at time zone 'Europe/Paris', 'YYYY-MM-DD'),
                'offers', (select count(*) from deposit d where d.body = k.body and d.consultation = k.consultation and not d.rehearsal and d.received is not null and not d.late
                        and d.state in ('committed', 'opened', 'unreadable')
                        and (k.lot = '' or exists (select from envelope e where e.body = d.body and e.deposit = d.id and e.lot = k.lot))),
                'data', k.data));
end
$$;

-- {member: value}: what the essential data ask for besides, under the names of DECP; null takes one away.
create function api.contract_data(actor uuid, contract uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        buyer party := rule.actor(actor, array['buyer']);
        k contract := rule.contract_seen(actor, $2);
begin
        update contract x set data = jsonb_strip_nulls(x.data || $3) where x.body = k.body and x.id = k.id returning * into k;
        return rule.contract_open(k);
end
$$;

create function api.contract_open(actor uuid, contract uuid) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        buyer party := rule.actor(actor, array['buyer']);
begin
        return rule.contract_open(rule.contract_seen(actor, $2));
end
$$;

-- `data`: the essential data, whole and checked. Once notified; published again, they replace what was.
create function api.essential_publish(actor uuid, contract uuid, data jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        buyer party := rule.actor(actor, array['buyer']);
        k contract := rule.contract_seen(actor, $2);
begin
        if k.state <> 'notified' then
                perform rule.refuse('step-refused', format('The contract is %s: its data are published once it is notified (R2196-1).', k.state));
        end if;
        update contract x set published_at = coalesce(x.published_at, clock_timestamp()) where x.body = k.body and x.id = k.id returning * into k;
        insert into essential (body, contract, data) values (k.body, k.id, $3)
        on conflict (body, contract) do update set data = excluded.data, changed_at = clock_timestamp();
        perform rule.append(row(k.body, 'urn:pli:event:EssentialDataPublished', 'contract.published', 'procurement', 'contract', k.id::text, actor),
                jsonb_build_object('contract', rule.contract_fact(k), 'data', jsonb_build_object('sha256', encode(sha256(convert_to($3::text, 'UTF8')), 'hex'))));
        return $3;
end
$$;

-- The body with this SIRET, or null for all.
create function rule.open_body(siret text) returns bigint language plpgsql stable as $$
declare
        found bigint := (select b.id from body b where b.siret = open_body.siret);
begin
        if coalesce(siret, '') <> '' and found is null then
                perform rule.refuse('not-found', format('There is no body %s.', left(siret, 20)));
        end if;
        return found;
end
$$;

create function api.essential_list(siret text, after text, lim int) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        owner bigint := rule.open_body(siret);
        most int := least(greatest(coalesce(lim, 1000), 1), 5000);
        page jsonb;
        tail text;
begin
        perform rule.act_everywhere();
        select jsonb_agg(e.data order by e.changed_at, e.contract), max(rule.instant(e.changed_at) || '/' || e.contract) into page, tail
        from (select * from essential x where (owner is null or x.body = owner)
              and (coalesce(after, '') = '' or (x.changed_at, x.contract) > (split_part(after, '/', 1)::timestamptz, split_part(after, '/', 2)::uuid))
              order by x.changed_at, x.contract limit most) e;
        return jsonb_build_object('contracts', coalesce(page, '[]'), 'next', case when jsonb_array_length(page) = most then tail end);
end
$$;

-- What a catalogue says of a body: how much of it is there, and since when.
create function api.open_catalogue(siret text) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        owner bigint := rule.open_body(siret);
begin
        perform rule.act_everywhere();
        return jsonb_build_object('bodies', (select coalesce(jsonb_agg(jsonb_build_object('siret', b.siret, 'name', b.name,
                        'contracts', (select count(*) from essential e where e.body = b.id), 'modified', rule.instant((select max(e.changed_at) from essential e where e.body = b.id)))
                        order by b.siret), '[]')
                from body b where (owner is null or b.id = owner) and b.valid_to is null));
end
$$;

-- The consultations of the last year, newest first, as feeds and releases tell them.
create function api.open_consultations(siret text, lim int) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        owner bigint := rule.open_body(siret);
begin
        perform rule.act_everywhere();
        return jsonb_build_object('consultations', (select coalesce(jsonb_agg(rule.consultation_json(c) || jsonb_build_object('outcome', c.outcome,
                        'updated', rule.instant(greatest(c.published_at, c.decided_at, c.notified_at, (select max(x.at) from consultation_change x where x.body = c.body and x.consultation = c.id))),
                        'method', (select t.decp from procedure_type t where t.code = c.procedure),
                        'lots', (select coalesce(jsonb_agg(jsonb_build_object('number', l.number, 'title', l.title) order by l.number), '[]') from consultation_lot l where l.body = c.body and l.consultation = c.id),
                        'documents', case when c.access_sha256 is null then (select coalesce(jsonb_agg(rule.document_json(d) order by d.name), '[]') from document d where d.body = c.body and d.consultation = c.id and d.size is not null) else '[]' end,
                        'contracts', (select coalesce(jsonb_agg(jsonb_build_object('id', k.id, 'number', k.number, 'lot', k.lot, 'state', k.state, 'amount', k.amount, 'months', k.months, 'holder', k.holder,
                                'signed', rule.instant(k.signed_at), 'notified', rule.instant(k.notified_at)) order by k.number), '[]')
                                from contract k where k.body = c.body and k.consultation = c.id and k.state <> 'cancelled'))
                        order by c.published_at desc, c.id), '[]')
                from (select * from consultation x where x.published_at > clock_timestamp() - interval '1 year' and not x.rehearsal and (owner is null or x.body = owner)
                      order by x.published_at desc, x.id limit least(greatest(coalesce(lim, 50), 1), 500)) c));
end
$$;
