-- From the award to the signed contract: rounds of negotiation, letters, the standstill, signatures.

-- Working days (Regulation 1182/71 art. 3(4)): no Saturday, Sunday or French public holiday. Easter after Gauss and Butcher.
create function rule.easter(year int) returns date language plpgsql immutable as $$
declare
        a int := year % 19; b int := year / 100; c int := year % 100;
        h int := (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
        l int := (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
        m int := (a + 11 * h + 22 * l) / 451;
begin
        return make_date(year, (h + l - 7 * m + 114) / 31, (h + l - 7 * m + 114) % 31 + 1);
end
$$;
create function rule.working(day date) returns boolean language sql immutable as $$
        select extract(isodow from day) < 6 and to_char(day, 'MMDD') <> all (array['0101', '0501', '0508', '0714', '0815', '1101', '1111', '1225'])
                and day - rule.easter(extract(year from day)::int) <> all (array[1, 39, 50])
$$;

-- The first instant at which the contract may be signed: the day of sending is not counted, the last one counts whole, and a
-- period does not end on a day that is not worked (R2182-1; R3125-2 for concessions).
create function rule.standstill(sent timestamptz, electronic boolean) returns timestamptz language plpgsql stable as $$
declare
        last date := (sent at time zone 'Europe/Paris')::date + case when electronic then 11 else 16 end;
begin
        while not rule.working(last) loop
                last := last + 1;
        end loop;
        return (last + 1)::timestamp at time zone 'Europe/Paris';
end
$$;

-- None where nobody else had an offer (R2182-2), nor for procedures that have none.
create function rule.standstill_due(c consultation) returns boolean language plpgsql stable as $$
begin
        return (select t.standstill from procedure_type t where t.code = c.procedure)
                and (select count(distinct d.company) from deposit d where d.body = c.body and d.consultation = c.id and not d.rehearsal and d.received is not null and d.state <> 'withdrawn') > 1;
end
$$;

-- {"deposits": […], "subject", "text", "until"}: one message to each company of the round, its answer unseen until the hour.
create function api.round_open(actor uuid, consultation uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.award_buyer(actor, $2);
        given jsonb := rule.member_list($3, 'deposits');
        r round;
begin
        if c.state not in ('opened', 'analysed') or c.procedure not in ('MAPA', 'negotiated', 'dialogue', 'subsequent', 'direct', 'concession-open', 'concession-restricted') then
                perform rule.refuse('step-refused', format('This procedure (%s, %s) is not negotiated now.', c.procedure, c.state));
        elsif given = '[]' then
                perform rule.refuse('json-malformed', '"deposits" must name at least one');
        end if;
        insert into round (body, consultation, number, until, party)
        values (c.body, c.id, (select coalesce(max(x.number), 0) + 1 from round x where x.body = c.body and x.consultation = c.id), rule.member_instant($3, 'until'), actor) returning * into r;
        perform rule.mail_send(rule.mail_make(c, actor, rule.mail_recipient(c, jsonb_build_object('deposit', d)),
                jsonb_build_object('kind', 'negotiation', 'round', r.number, 'subject', $3 -> 'subject', 'text', $3 -> 'text', 'answerBy', $3 -> 'until')), actor)
        from jsonb_array_elements_text(given) d;
        perform rule.append(row(c.body, 'urn:pli:event:NegotiationRound', 'negotiation.opened', 'procurement', 'consultation', c.id::text, actor),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'reasons', jsonb_build_array(jsonb_build_object('code', 'round-' || r.number, 'text', rule.instant(r.until)))));
        return jsonb_build_object('round', r.number, 'until', rule.instant(r.until), 'companies', jsonb_array_length(given));
end
$$;

-- Why this offer was not retained, as the analysis says it; and who was, for what amount (R2181-1, R2181-3).
create function rule.letter_text(c consultation, offer jsonb, lot text, given text) returns text language plpgsql stable as $$
declare
        winners text := (select string_agg(format('%s (%s €)', k.holder ->> 'name', k.amount), ', ' order by k.number) from contract k
                where k.body = c.body and k.consultation = c.id and k.lot = letter_text.lot and k.state <> 'cancelled');
        won boolean := exists (select from contract k where k.body = c.body and k.consultation = c.id and k.lot = letter_text.lot and k.deposit::text = offer ->> 'deposit');
begin
        return concat_ws(E'\n\n', format('Consultation %s – %s%s', c.reference, c.title, case when lot <> '' then format(' – lot %s', lot) else '' end),
                case when won then 'Votre offre a été retenue. Ce courrier ne vaut pas notification du marché : il ne peut être signé avant la fin du délai de suspension, le cas échéant.'
                else 'Votre offre n''a pas été retenue.' end,
                case when not won then 'Motif : ' || coalesce(offer ->> 'reason', 'offre classée après celle retenue') || '.' end,
                'Classement : ' || (offer ->> 'rank') || case when offer ? 'score' then format(' (note %s)', offer ->> 'score') else '' end || '.',
                case when not won then coalesce('Attributaire : ' || winners || '.', 'Le lot n''est pas attribué.') end, given);
end
$$;

-- {"text"?, "electronic"?: false where they go by post}: to every company of the analysis, award or rejection. The standstill runs from here.
create function api.letters_send(actor uuid, consultation uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.award_buyer(actor, $2);
        electronic boolean := coalesce($3 -> 'electronic' <> 'false', true);
        sent int := 0;
        x record;
begin
        if c.state not in ('awarded', 'unsuccessful') or c.letters_at is not null then
                perform rule.refuse('step-refused', case when c.letters_at is null then format('The consultation is %s: there is nothing to tell yet.', c.state) else 'The letters have been sent.' end);
        end if;
        for x in select l ->> 'lot' as lot, o as offer, p as party from jsonb_array_elements(coalesce(c.analysis -> 'lots', '[]')) l, jsonb_array_elements(l -> 'offers') o
                 join deposit d on d.id::text = o ->> 'deposit' join party p on p.id = d.party where d.body = c.body loop
                perform rule.mail_send(rule.mail_make(c, actor, x.party, jsonb_build_object('lot', nullif(x.lot, ''), 'subject', 'Résultat de la consultation ' || c.reference,
                        'kind', case when exists (select from contract k where k.body = c.body and k.consultation = c.id and k.lot = x.lot and k.deposit::text = x.offer ->> 'deposit') then 'award' else 'rejection' end,
                        'text', rule.letter_text(c, x.offer, x.lot, $3 ->> 'text'))), actor);
                sent := sent + 1;
        end loop;
        update consultation y set letters_at = clock_timestamp(), letters_electronic = electronic,
                standstill_until = case when rule.standstill_due(c) then rule.standstill(clock_timestamp(), electronic) end
        where y.body = c.body and y.id = c.id returning * into c;
        return jsonb_build_object('letters', sent, 'sent', rule.instant(c.letters_at), 'standstill', rule.instant(c.standstill_until));
end
$$;

-- Not before the letters, nor before the standstill is over.
create function rule.standstill_check(c consultation) returns void language plpgsql as $$
begin
        if rule.standstill_due(c) and c.letters_at is null then
                perform rule.refuse('standstill', 'The companies that were not retained have not been told yet.');
        elsif c.standstill_until > clock_timestamp() then
                perform rule.refuse('standstill', format('The contract may be signed from %s on; it is %s.', rule.instant(c.standstill_until), rule.instant(clock_timestamp())));
        end if;
end
$$;

-- ---- the contract's files ----

-- role: document (the buyer's), holder or buyer (a signed container). One of each role but documents.
create function rule.contract_role(actor uuid, k contract, role text) returns void language plpgsql as $$
declare
        buys boolean := rule.buys(actor, k.body);
begin
        if k.state <> 'awarded' then
                perform rule.refuse('contract-closed', format('The contract is %s: its files no longer change.', k.state));
        elsif role not in ('document', 'holder', 'buyer') or buys = (role = 'holder') then
                perform rule.refuse('forbidden', 'The buyer puts documents and its own signature, the holder its own.');
        elsif role = 'document' and exists (select from contract_file f where f.body = k.body and f.contract = k.id and f.role <> 'document') then
                perform rule.refuse('contract-closed', 'The contract has been signed: its documents no longer change.');
        elsif role <> 'document' and not exists (select from contract_file f where f.body = k.body and f.contract = k.id and f.role = 'document' and f.size is not null) then
                perform rule.refuse('contract-closed', 'There is nothing to sign yet.');
        elsif role = 'buyer' then
                perform rule.standstill_check(c) from consultation c where c.body = k.body and c.id = k.consultation;
        end if;
end
$$;

create function api.contract_file_begin(actor uuid, contract uuid, role text, name text, media_type text) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        k contract := rule.contract_seen(actor, $2);
        made content;
begin
        perform rule.contract_role(actor, k, $3);
        made := rule.content_begin(k.body, 'document');
        delete from contract_file f where f.body = k.body and f.contract = k.id and f.role = $3 and $3 <> 'document';
        insert into contract_file (body, contract, role, name, media_type, day, content, party)
        values (k.body, k.id, $3, $4, coalesce($5, 'application/octet-stream'), made.day, made.id, actor)
        on conflict (body, contract, role, name) do update
        set media_type = excluded.media_type, day = excluded.day, content = excluded.content, size = null, sha256 = null, report = null, party = excluded.party;
        return jsonb_build_object('day', made.day, 'content', made.id);
exception
        when check_violation then
                perform rule.refuse('document-name', format('"%s" (%s) is no name or no media type of a document.', left($4, 100), left($5, 100)));
end
$$;

create function rule.contract_file_json(f contract_file) returns jsonb language sql stable as $$
        select jsonb_build_object('role', f.role, 'name', f.name, 'mediaType', f.media_type, 'size', f.size, 'sha256', encode(f.sha256, 'hex'), 'put', rule.instant(f.put_at), 'report', f.report)
$$;

-- SHA-256 of the files that a signature of the report covers, out of signatures that hold: their References carry them.
create function rule.report_covered(report jsonb) returns text[] language sql immutable as $$
        select coalesce(array_agg(encode(decode(r ->> 'digestValue', 'base64'), 'hex')), '{}')
        from jsonb_array_elements(coalesce(report -> 'signatures', '[]')) s, jsonb_array_elements(coalesce(s -> 'references', '[]')) r
        where s -> 'intact' = 'true' and r -> 'digestOk' = 'true' and r ->> 'covers' like 'file %' and r ->> 'digestMethod' = 'http://www.w3.org/2001/04/xmlenc#sha256'
$$;

-- The bytes are whole. `report` is the judge's of a signed container; it must cover every document.
create function api.contract_file_finish(actor uuid, contract uuid, role text, name text, size bigint, sha256 bytea, report jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        k contract := rule.contract_seen(actor, $2);
        f contract_file;
        absent text;
begin
        perform rule.contract_role(actor, k, $3);
        select string_agg(d.name, ', ') into absent from contract_file d where d.body = k.body and d.contract = k.id and d.role = 'document' and d.size is not null
                and encode(d.sha256, 'hex') <> all (rule.report_covered($7));
        if $3 <> 'document' and absent is not null then
                perform rule.refuse('contract-signature', format('The signature does not cover %s, byte for byte.', absent));
        end if;
        update contract_file x set size = $5, sha256 = $6, report = $7, put_at = clock_timestamp() where x.body = k.body and x.contract = k.id and x.role = $3 and x.name = $4 returning * into f;
        if f.name is null then
                perform rule.refuse('not-found', format('There is no file "%s".', left($4, 100)));
        end if;
        perform rule.content_finish(k.body, f.day, f.content, $5);
        if $3 <> 'document' then
                perform rule.append(row(k.body, 'urn:pli:event:ContractSignature', 'contract.signature', 'procurement', 'contract', k.id::text, actor),
                        jsonb_build_object('consultation', (select rule.consultation_fact(c) from consultation c where c.body = k.body and c.id = k.consultation), 'contract', rule.contract_fact(k),
                        'documents', jsonb_build_array(jsonb_build_object('name', f.name, 'mediaType', f.media_type, 'size', f.size, 'sha256', encode(f.sha256, 'hex'), 'kind', f.role))));
        end if;
        if (select count(*) from contract_file x where x.body = k.body and x.contract = k.id and x.role in ('holder', 'buyer') and x.size is not null) = 2 then
                perform rule.step('contract', k.body, k.id, 'sign', actor);
                update contract x set signed_at = clock_timestamp() where x.body = k.body and x.id = k.id returning * into k;
                perform rule.append(row(k.body, 'urn:pli:event:ContractSigned', 'contract.signed', 'procurement', 'contract', k.id::text, k.party),
                        jsonb_build_object('consultation', (select rule.consultation_fact(c) from consultation c where c.body = k.body and c.id = k.consultation), 'contract', rule.contract_fact(k)));
        end if;
        return rule.contract_file_json(f) || jsonb_build_object('contract', rule.contract_json(k));
end
$$;

create function api.contract_file_list(actor uuid, contract uuid) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        k contract := rule.contract_seen(actor, $2);
begin
        return jsonb_build_object('files', (select coalesce(jsonb_agg(rule.contract_file_json(f) order by f.role, f.name), '[]')
                from contract_file f where f.body = k.body and f.contract = k.id and f.size is not null));
end
$$;

create function api.contract_file_open(actor uuid, contract uuid, role text, name text) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        k contract := rule.contract_seen(actor, $2);
        f contract_file;
begin
        select * into f from contract_file x where x.body = k.body and x.contract = k.id and x.role = $3 and x.name = $4 and x.size is not null;
        if f.name is null then
                perform rule.refuse('not-found', format('There is no file "%s".', left($4, 100)));
        end if;
        return jsonb_build_object('day', f.day, 'content', f.content, 'size', f.size, 'mediaType', f.media_type, 'name', f.name);
end
$$;
