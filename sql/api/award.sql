-- The outcome: analysis of the offers, award lot by lot, contracts. R2181-1 to R2185-2.

-- A consultation of the actor's body, locked, that has been published.
create function rule.award_buyer(actor uuid, subject uuid) returns consultation language plpgsql as $$
declare
        c consultation := rule.buyer_consultation(actor, subject);
begin
        perform rule.lock_alone(c.id);
        select * into c from consultation x where x.body = c.body and x.id = c.id for update;
        return c;
end
$$;

-- '' stands for the whole of a consultation without lots.
create function rule.award_lot(c consultation, lot text) returns text language plpgsql as $$
declare
        parted boolean := exists (select from consultation_lot l where l.body = c.body and l.consultation = c.id);
begin
        if (case when parted then not exists (select from consultation_lot l where l.body = c.body and l.consultation = c.id and l.number = lot) else coalesce(lot, '') <> '' end) then
                perform rule.refuse('award-lot', format('The consultation has no lot "%s".', left(lot, 40)));
        end if;
        return coalesce(lot, '');
end
$$;

create function rule.award_deposit(c consultation, given text) returns deposit language plpgsql as $$
declare
        d deposit;
begin
        select * into d from deposit x where x.body = c.body and x.consultation = c.id and x.id::text = given
                and not x.rehearsal and x.state in ('committed', 'opened', 'unreadable');
        if d.id is null then
                perform rule.refuse('award-deposit', format('%s is no deposit of this consultation that stands.', left(given, 40)));
        end if;
        return d;
end
$$;

create function rule.analysis_offer(c consultation, lot text, offer jsonb) returns jsonb language plpgsql as $$
declare
        d deposit := rule.award_deposit(c, offer ->> 'deposit');
        decision text := coalesce(offer ->> 'decision', '');
begin
        if not decision = any (array['retained', 'ranked', 'irregular', 'unacceptable', 'inappropriate', 'eliminated', 'late', 'rejected']) then
                perform rule.refuse('json-malformed', '"decision" is retained, ranked, irregular, unacceptable, inappropriate, eliminated, late or rejected');
        elsif decision = 'retained' and d.late then
                perform rule.refuse('award-deposit', 'An offer that came after the deadline is not retained (R2151-5).');
        elsif decision = 'retained' and d.state <> 'opened' then
                perform rule.refuse('award-deposit', format('This deposit is %s: it cannot be retained.', d.state));
        elsif decision not in ('retained', 'ranked') and coalesce(offer ->> 'reason', '') = '' then
                perform rule.refuse('json-malformed', 'An offer that is not retained has a "reason" (R2181-1).');
        end if;
        return jsonb_strip_nulls(jsonb_build_object('deposit', d.id, 'company', (select p.organisation from party p where p.id = d.party), 'decision', decision,
                'rank', rule.number_read(offer, 'rank')::int, 'score', rule.number_read(offer, 'score'), 'price', rule.number_read(offer, 'price'),
                'reason', left(offer ->> 'reason', 2000)));
end
$$;

-- {"lots": [{"lot", "offers": [{"deposit", "decision", "rank", "score", "price", "reason"}]}]}: ranked by R2152-7. It may be made anew until the award.
create function api.analysis_put(actor uuid, consultation uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.award_buyer(actor, $2);
        kept jsonb;
begin
        select jsonb_agg(jsonb_build_object('lot', rule.award_lot(c, l ->> 'lot'), 'offers', (
                select coalesce(jsonb_agg(rule.analysis_offer(c, l ->> 'lot', o)), '[]') from jsonb_array_elements(rule.member_list(l, 'offers')) o))) into kept
        from jsonb_array_elements(rule.member_list($3, 'lots')) l;
        if kept is null then
                perform rule.refuse('json-malformed', '"lots" must have at least one');
        end if;
        perform rule.step('consultation', c.body, c.id, 'analyse', actor);
        update consultation x set analysis = jsonb_build_object('lots', kept, 'at', rule.instant(clock_timestamp())) where x.body = c.body and x.id = c.id returning * into c;
        perform rule.append(row(c.body, 'urn:pli:event:OffersAnalysed', 'consultation.analysed', 'procurement', 'consultation', c.id::text, actor),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'analysis', jsonb_build_object('sha256', encode(sha256(convert_to(c.analysis::text, 'UTF8')), 'hex'))));
        return rule.consultation_own(c);
end
$$;

-- The next number of a contract of this body: year and serial, at most 16 characters (DECP).
create function rule.contract_number(owner bigint) returns text language plpgsql as $$
begin
        perform pg_advisory_xact_lock(hashtextextended('contract ' || owner::text, 0));
        return to_char(rule.today(), 'YYYY') || lpad(((select count(*) from contract k where k.body = owner) + 1)::text, 6, '0');
end
$$;

-- One lot's winner: {"deposit", "amount", "months"?, "number"?, "data"?}.
create function rule.contract_make(c consultation, lot text, line jsonb, actor uuid) returns contract language plpgsql as $$
declare
        d deposit := rule.award_deposit(c, line ->> 'deposit');
        subject uuid := gen_random_uuid();
        k contract;
        agreement uuid := (select f.id from contract f where f.body = c.body and f.consultation = c.framework and f.state in ('awarded', 'signed', 'notified')
                           order by (f.party = d.party) desc, f.number limit 1);
begin
        if not coalesce(c.analysis, '{}') @> jsonb_build_object('lots', jsonb_build_array(jsonb_build_object('lot', lot, 'offers',
                        jsonb_build_array(jsonb_build_object('deposit', d.id, 'decision', 'retained'))))) then
                perform rule.refuse('award-deposit', 'The analysis does not retain this offer for this lot.');
        end if;
        insert into contract (body, id, step, state, consultation, lot, number, deposit, party, holder, amount, months, framework, data)
        select c.body, subject, 1, rule.begin('contract', c.body, subject, 'award', actor), c.id, lot, coalesce(line ->> 'number', rule.contract_number(c.body)),
                d.id, d.party, jsonb_strip_nulls(jsonb_build_object('name', p.organisation, 'siret', p.siret)), rule.number_read(line, 'amount'),
                coalesce(rule.number_read(line, 'months')::int, c.months), agreement, case when jsonb_typeof(line -> 'data') = 'object' then line -> 'data' else '{}' end
        from party p where p.id = d.party returning * into k;
        return k;
end
$$;

create function rule.award_line(c consultation, line jsonb, actor uuid) returns jsonb language plpgsql as $$
declare
        lot text := rule.award_lot(c, line ->> 'lot');
        result text := coalesce(line ->> 'outcome', 'awarded');
        k contract;
begin
        if result = 'awarded' then
                k := rule.contract_make(c, lot, line, actor);
                return jsonb_build_object('lot', lot, 'outcome', result, 'contract', k.id, 'number', k.number, 'holder', k.holder, 'amount', k.amount, 'months', k.months);
        elsif result not in ('unsuccessful', 'without-follow-up') or coalesce(line ->> 'reason', '') = '' then
                perform rule.refuse('json-malformed', '"outcome" is awarded, or unsuccessful or without-follow-up with a "reason" (R2185-1)');
        end if;
        return jsonb_build_object('lot', lot, 'outcome', result, 'reason', left(line ->> 'reason', 2000));
end
$$;

-- Every lot has an outcome, and only a framework agreement several holders.
create function rule.award_complete(c consultation, lines jsonb) returns void language plpgsql as $$
declare
        missing text := (select string_agg(l.number, ', ' order by l.number) from consultation_lot l where l.body = c.body and l.consultation = c.id
                         and not lines @> jsonb_build_array(jsonb_build_object('lot', l.number)));
begin
        if missing is not null or lines = '[]' then
                perform rule.refuse('award-lot', format('Nothing is decided for lot %s.', coalesce(missing, '')));
        elsif c.technique not in ('framework', 'dynamic') and exists (select from jsonb_array_elements(lines) l group by l -> 'lot' having count(*) > 1) then
                perform rule.refuse('award-lot', 'A lot has one outcome; only a framework agreement has several holders.');
        end if;
end
$$;

create function rule.outcome_tell(c consultation, event text, fact text, actor uuid, reasons jsonb) returns void language plpgsql as $$
begin
        perform rule.append(row(c.body, event, fact, 'procurement', 'consultation', c.id::text, p),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'reasons', reasons))
        from unnest(array[actor] || array(select rule.consultation_companies(c))) p;
        perform rule.post_companies(c, 'ended', c.title);
end
$$;

-- {"lots": [{"lot", "outcome", "deposit", "amount", "months", "reason"}]}: awarded where one lot is; else unsuccessful or without follow-up.
create function api.award_put(actor uuid, consultation uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.award_buyer(actor, $2);
        lines jsonb := (select coalesce(jsonb_agg(l || jsonb_build_object('lot', rule.award_lot(c, l ->> 'lot'))), '[]') from jsonb_array_elements(rule.member_list($3, 'lots')) l);
        kept jsonb := '[]';
        line jsonb;
        step text;
begin
        if c.state not in ('opened', 'analysed') then
                perform rule.refuse('step-refused', format('The consultation is %s: it cannot be awarded.', c.state));
        end if;
        perform rule.award_complete(c, lines);
        for line in select value from jsonb_array_elements(lines) loop
                kept := kept || rule.award_line(c, line, actor);
        end loop;
        step := case when kept @> '[{"outcome": "awarded"}]' then 'award' when kept @> '[{"outcome": "unsuccessful"}]' then 'fail' else 'abandon' end;
        perform rule.step('consultation', c.body, c.id, step, actor);
        update consultation x set outcome = kept, decided_at = clock_timestamp() where x.body = c.body and x.id = c.id returning * into c;
        if step = 'award' then
                perform rule.append(row(c.body, 'urn:pli:event:ContractAwarded', 'contract.awarded', 'procurement', 'contract', k.id::text, actor),
                        jsonb_build_object('consultation', rule.consultation_fact(c), 'contract', rule.contract_fact(k)))
                from contract k where k.body = c.body and k.consultation = c.id;
        else
                perform rule.outcome_tell(c, 'urn:pli:event:ConsultationEnded', 'consultation.' || c.state, actor,
                        (select jsonb_agg(jsonb_build_object('code', l ->> 'outcome', 'text', l ->> 'reason')) from jsonb_array_elements(kept) l));
        end if;
        return rule.consultation_own(c);
exception
        when check_violation or not_null_violation then
                perform rule.refuse('json-malformed', sqlerrm);
        when unique_violation then
                perform rule.refuse('consultation-reference-taken', 'This number of a contract is used already.');
end
$$;

-- {"reason"}: sans suite, at any time before a contract is signed (R2185-1); everyone concerned is told why (R2185-2).
create function api.consultation_abandon(actor uuid, consultation uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.award_buyer(actor, $2);
        why text := left(rule.member_text($3, 'reason'), 2000);
begin
        if exists (select from contract k where k.body = c.body and k.consultation = c.id and k.state in ('signed', 'notified')) then
                perform rule.refuse('step-refused', 'A contract is signed: the procedure can no longer be given up.');
        end if;
        perform rule.step('consultation', c.body, c.id, 'abandon', actor);
        perform rule.step('contract', k.body, k.id, 'cancel', actor) from contract k where k.body = c.body and k.consultation = c.id and k.state = 'awarded';
        update consultation x set outcome = jsonb_build_array(jsonb_build_object('lot', '', 'outcome', 'without-follow-up', 'reason', why)), decided_at = clock_timestamp()
        where x.body = c.body and x.id = c.id returning * into c;
        perform rule.outcome_tell(c, 'urn:pli:event:ConsultationEnded', 'consultation.without-follow-up', actor, jsonb_build_array(jsonb_build_object('code', 'without-follow-up', 'text', why)));
        return rule.consultation_own(c);
end
$$;

-- ---- contracts ----

create function rule.contract_fact(k contract) returns jsonb language sql stable as $$
        select jsonb_build_object('id', k.id, 'number', k.number, 'lot', nullif(k.lot, ''), 'holder', k.holder ->> 'name', 'siret', k.holder ->> 'siret', 'amount', k.amount, 'months', k.months)
$$;

create function rule.contract_json(k contract) returns jsonb language plpgsql stable as $$
begin
        return jsonb_build_object('id', k.id, 'consultation', k.consultation, 'lot', k.lot, 'number', k.number, 'state', k.state, 'holder', k.holder, 'amount', k.amount,
                'months', k.months, 'framework', k.framework, 'data', k.data, 'signed', rule.instant(k.signed_at), 'notified', rule.instant(k.notified_at), 'deposit', k.deposit);
end
$$;

-- A contract to those it binds: its buyers and its holder's company. Locked.
create function rule.contract_seen(actor uuid, subject uuid) returns contract language plpgsql as $$
declare
        viewer party := rule.actor(actor, array['buyer', 'company']);
        owner bigint := rule.enter(subject, 'contract');
        k contract;
begin
        select * into k from contract x where x.body = owner and x.id = subject for update;
        if not (rule.buys(actor, owner) or exists (select from party p where p.id = k.party and p.company = viewer.company and 'company' = any (viewer.roles))) then
                perform rule.refuse('not-found', format('There is no contract %s.', subject));
        end if;
        return k;
end
$$;

create function api.contract_show(actor uuid, contract uuid) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
begin
        return rule.contract_json(rule.contract_seen(actor, $2));
end
$$;

create function api.contract_list(actor uuid, consultation uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.buyer_consultation(actor, $2);
begin
        return jsonb_build_object('contracts', (select coalesce(jsonb_agg(rule.contract_json(k) order by k.lot, k.number), '[]') from contract k where k.body = c.body and k.consultation = c.id));
end
$$;

-- The holder is told (R2182-4); when all holders are, the procedure is over.
create function api.contract_notify(actor uuid, contract uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        k contract := rule.contract_seen(actor, $2);
        c consultation := rule.award_buyer(actor, k.consultation);
begin
        perform rule.standstill_check(c);
        perform rule.step('contract', k.body, k.id, 'notify', actor);
        update contract x set notified_at = clock_timestamp() where x.body = k.body and x.id = k.id returning * into k;
        perform rule.append(row(k.body, 'NotificationDelivered', 'contract.notified', 'procurement', 'contract', k.id::text, k.party),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'contract', rule.contract_fact(k)));
        perform rule.post_put(c.body, c.id, null, 'contract', k.party, c.title, null);
        if not exists (select from contract x where x.body = k.body and x.consultation = k.consultation and x.state in ('awarded', 'signed')) then
                perform rule.step('consultation', c.body, c.id, 'notify', actor);
                update consultation x set notified_at = clock_timestamp() where x.body = c.body and x.id = c.id;
        end if;
        return rule.contract_json(k);
end
$$;
