-- PES: accounts to the DGFiP and its answers. Formats are read by the programs; uniqueness, routing and states here.

create function rule.pes_json(f filing) returns jsonb language sql stable as $$
        select jsonb_build_object('name', p.name, 'type', p.type, 'post', p.post, 'siret', p.siret, 'code', p.code, 'budget', p.budget, 'label', p.label,
                'bordereaux', p.facts -> 'bordereaux', 'attachments', jsonb_array_length(coalesce(p.facts -> 'attachments', '[]')), 'signatures', p.facts -> 'signatures')
        from pes p where p.body = f.body and p.filing = f.id
$$;

-- Does this body handle the accounts of this SIRET? Its own, one of its SIREN, or one that was enrolled for it.
create function rule.siret_handled(owner bigint, siret text) returns boolean language sql stable as $$
        select exists (select from body b where b.id = owner and left(b.siret, 9) = left($2, 9))
            or exists (select from body_siret s where s.body = owner and s.siret = $2)
$$;

create function api.pes_create(actor uuid, filing jsonb, key text) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        filer party := rule.actor(actor, array['filer']);
        subject uuid := gen_random_uuid();
        again uuid;
        documents jsonb := rule.member_list($2, 'documents');
begin
        perform pg_advisory_xact_lock(hashtextextended('key ' || actor::text || $3, 0)) where $3 is not null;
        again := rule.remembered(actor, 'filing', $3);
        if again is not null then
                return rule.filing_json(rule.filing_own(actor, again));
        end if;
        if jsonb_array_length(documents) <> 1 then
                perform rule.refuse('json-malformed', '"documents" names one PES');
        end if;
        insert into filing (body, id, step, state, kind, channel, party)
        values (filer.body, subject, 1, rule.begin('filing', filer.body, subject, 'create', actor), 'pes', 'pes', actor);
        insert into filing_file (body, filing, position, name) values (filer.body, subject, 0, documents -> 0 ->> 'name');
        perform rule.remember(actor, 'filing', $3, subject);
        return jsonb_build_object('id', subject, 'kind', 'pes', 'state', 'draft');
exception
        when check_violation or not_null_violation then
                perform rule.refuse('json-malformed', sqlerrm);
end
$$;

create function rule.reason(code text, clause text, sentence text) returns jsonb language sql immutable as $$
        select jsonb_build_object('code', code, 'clause', clause, 'text', sentence)
$$;

-- What only the body's other filings can tell against this one. A filing that was turned away is no obstacle; an
-- attachment the DGFiP has taken stays taken.
create function rule.pes_conflicts(f filing, said jsonb) returns jsonb language plpgsql stable as $$
declare
        found jsonb := '[]';
        other text;
        digest bytea := (select x.sha256 from filing_file x where x.body = f.body and x.filing = f.id);
begin
        if said ->> 'siret' ~ '^[0-9]{14}$' and not rule.siret_handled(f.body, said ->> 'siret') then
                found := found || rule.reason('pes-collectivity-foreign', 'PES EnTetePES/IdColl', format('IdColl %s is no SIRET whose accounts this body handles.', said ->> 'siret'));
        end if;
        select x.id::text into other from pes p join filing x on x.body = p.body and x.id = p.filing
        where p.body = f.body and p.name = said ->> 'name' and p.code = said ->> 'code' and x.state not in ('rejected', 'refused', 'failed') limit 1;
        if other is not null then
                found := found || rule.reason('pes-name-used', 'PES NomFic', format('The name %s was sent already for CodCol %s, by filing %s.', said ->> 'name', said ->> 'code', other));
        end if;
        select x.id::text into other from pes p join filing x on x.body = p.body and x.id = p.filing
        where p.body = f.body and p.sha256 = digest and x.state not in ('rejected', 'refused', 'failed') limit 1;
        if other is not null then
                found := found || rule.reason('pes-duplicate', 'DOMAIN 2.4', format('The same bytes were sent already, by filing %s.', other));
        end if;
        select a.name into other from pes_attachment a join filing x on x.body = a.body and x.id = a.filing
        where a.body = f.body and a.name in (select jsonb_array_elements_text(coalesce(said -> 'attachments', '[]')))
          and (a.accepted or x.state not in ('rejected', 'refused', 'failed')) order by a.name limit 1;
        if other is not null then
                found := found || rule.reason('pes-attachment-used', 'PES PJ/IdUnique', format('The attachment %s was sent already: IdUnique is used once, for ever.', other));
        end if;
        return found;
end
$$;

-- `reasons`: what the programs hold against it. Accepted: event and outbox row in one transaction; else a refusal that
-- is an event too. The answer is the filing; refused, its checks say why.
create function api.pes_submit(actor uuid, filing uuid, facts jsonb, checks jsonb, reasons jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        f filing := rule.filing_draft(actor, $2);
        against jsonb := $5;
        receipt bigint;
begin
        perform pg_advisory_xact_lock(hashtextextended('pes ' || f.body, 0));
        if exists (select from filing_file x where x.body = f.body and x.filing = f.id and x.size is null) then
                perform rule.refuse('filing-incomplete', 'The PES has not arrived.');
        end if;
        against := against || rule.pes_conflicts(f, $3);
        update filing x set object = left('PES ' || coalesce($3 ->> 'name', ''), 500) where x.body = f.body and x.id = f.id returning * into f;
        if against <> '[]' then
                perform rule.step('filing', f.body, f.id, 'reject', actor);
                receipt := rule.append(row(f.body, 'SubmissionRejection', 'filing.rejected', f.channel, 'filing', f.id::text, actor), rule.filing_fact(f) || jsonb_build_object('reasons', against));
                update filing x set event = receipt, checks = $4 || jsonb_build_object('detail', against -> 0 ->> 'text', 'reasons', against)
                where x.body = f.body and x.id = f.id returning * into f;
                return rule.filing_json(f);
        end if;
        insert into pes (body, filing, name, type, post, siret, code, budget, label, facts, sha256)
        select f.body, f.id, $3 ->> 'name', $3 ->> 'type', $3 ->> 'post', $3 ->> 'siret', $3 ->> 'code', $3 ->> 'budget', $3 ->> 'label', $3, x.sha256
        from filing_file x where x.body = f.body and x.filing = f.id;
        insert into pes_attachment (body, filing, name) select f.body, f.id, a from jsonb_array_elements_text(coalesce($3 -> 'attachments', '[]')) a;
        perform rule.step('filing', f.body, f.id, 'submit', actor);
        receipt := rule.append(row(f.body, 'SubmissionAcceptance', 'filing.submitted', f.channel, 'filing', f.id::text, actor), rule.filing_fact(f));
        update filing x set event = receipt, checks = $4 where x.body = f.body and x.id = f.id returning * into f;
        insert into outbox (body, filing, channel) values (f.body, f.id, f.channel);
        perform pg_notify('outbox', f.channel);
        return rule.filing_json(f);
end
$$;

-- ---- the DGFiP's answers ----

-- The PES an acquit speaks of: by NomFic, with or without ".xml", and IdColl. CodCol decides between two, but the State writes 000.
-- What waits for an answer comes first, then the latest. Another body's SIRET never matches.
create function rule.pes_answered(answer jsonb) returns filing language sql stable as $$
        select f.* from pes p join filing f on f.body = p.body and f.id = p.filing join outbox o on o.body = f.body and o.filing = f.id
        where p.name in ($1 ->> 'name', ($1 ->> 'name') || '.xml', regexp_replace($1 ->> 'name', '\.xml$', '', 'i')) and p.siret = $1 ->> 'siret' and o.attempt > 0
        order by p.code = ($1 ->> 'code') desc, (f.state in ('sent', 'sending', 'submitted')) desc, f.created_at desc limit 1
$$;

-- Applied once: the same bytes again answer what the first did.
create function api.pes_answer(answer jsonb, content bytea) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        f filing;
        kept answer;
        receipt bigint;
        refused boolean := $1 ->> 'outcome' = 'refused';
        event text := case when refused then 'refuse' else 'acknowledge' end;
begin
        perform rule.act_everywhere();
        f := rule.pes_answered($1);
        if f.id is null then
                perform rule.refuse('answer-unmatched', format('Acquit of %s for %s is about no PES of this gateway.', $1 ->> 'name', $1 ->> 'siret'));
        end if;
        perform rule.act(f.body);
        perform from filing x where x.body = f.body and x.id = f.id for update;
        select * into kept from answer a where a.body = f.body and a.channel = 'pes' and a.sha256 = sha256($2);
        if kept.id is not null then
                return jsonb_build_object('filing', kept.filing, 'event', kept.event, 'duplicate', true);
        end if;
        select * into f from filing x where x.body = f.body and x.id = f.id;
        if exists (select from lifecycle l where l.kind = 'filing' and l.event = event and l.from_state = f.state) then
                perform rule.step('filing', f.body, f.id, event, null);
                update outbox x set state = 'done', lease_until = null where x.body = f.body and x.filing = f.id and x.state in ('waiting', 'sending');
        end if;
        update pes_attachment a set accepted = true
        where a.body = f.body and a.filing = f.id and a.name in (select jsonb_array_elements_text(coalesce($1 -> 'accepted', '[]')));
        receipt := rule.append(row(f.body, case when refused then 'RelayRejection' else 'ContentHandover' end, 'filing.answered', f.channel, 'filing', f.id::text, f.party),
                rule.filing_fact(f) - 'documents' || jsonb_build_object('answer', $1 - 'elements' || jsonb_build_object('sha256', encode(sha256($2), 'hex')), 'reasons', $1 -> 'reasons'));
        insert into answer (body, filing, channel, message, content, detail, event) values (f.body, f.id, 'pes', 'acquit', $2, $1, receipt);
        select * into f from filing x where x.body = f.body and x.id = f.id;
        return jsonb_build_object('filing', f.id, 'state', f.state, 'event', receipt, 'duplicate', false);
end
$$;

-- ---- what comes back unasked: PES Retour and the like ----

-- Whose is a file about this SIRET? The written rule, first line that gives a body:
--   1 the body whose own SIRET it is;
--   2 of the bodies for which it is enrolled, the one that last sent a PES for this SIRET, CodCol and budget;
--   3 of them, the one that last sent a PES for this SIRET;
--   4 of them, the one for which it was enrolled first;
--   5 the body of this SIREN that was enrolled first.
-- So one SIRET known to several bodies always has one addressee, and the answer says by which line and among how many.
create function rule.siret_route(siret text, code text, budget text) returns jsonb language sql stable as $$
        select to_jsonb(r) from (
                select b.id as body, 1 as line, 1 as candidates, 0::numeric as nearest from body b where b.siret = $1
                union all
                select s.body, case when p.exact is not null then 2 when p.any is not null then 3 else 4 end, count(*) over ()::int,
                        -extract(epoch from coalesce(p.exact, p.any)) from body_siret s,
                        lateral (select max(f.created_at) filter (where q.code = $2 and q.budget = $3) as exact, max(f.created_at) as any
                                from pes q join filing f on f.body = q.body and f.id = q.filing where q.body = s.body and q.siret = $1) p
                where s.siret = $1
                union all
                select b.id, 5, 1, extract(epoch from b.valid_from) from body b where left(b.siret, 9) = left($1, 9) and b.siret <> $1) r
        order by r.line, r.nearest nulls last, (select s.since from body_siret s where s.body = r.body and s.siret = $1) nulls last, r.body limit 1
$$;

-- Where the bytes of a returned file go; null: it is nobody's. The same bytes again are not kept again.
create function api.return_begin(file jsonb) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        route jsonb;
        owner bigint;
        digest bytea := decode($1 ->> 'sha256', 'hex');
        made content;
        kept pes_return;
begin
        perform rule.act_everywhere();
        if $1 ->> 'siret' is not null then
                route := rule.siret_route($1 ->> 'siret', $1 ->> 'code', $1 ->> 'budget');
        end if;
        owner := (route ->> 'body')::bigint;
        if owner is null then
                return null;
        end if;
        perform rule.act(owner);
        perform pg_advisory_xact_lock(hashtextextended('return ' || owner || ($1 ->> 'sha256'), 0));
        select * into kept from pes_return r where r.body = owner and r.sha256 = digest;
        if kept.event is not null then
                return jsonb_build_object('id', kept.id, 'duplicate', true);
        end if;
        if kept.id is null then
                made := rule.content_begin(owner, 'return');
                insert into pes_return (body, kind, file, detail, routing, day, content, size, sha256)
                values (owner, $1 ->> 'kind', $1 ->> 'file', $1 - 'sha256', route - 'body' - 'nearest', made.day, made.id, ($1 ->> 'size')::bigint, digest) returning * into kept;
                insert into place values (kept.id, 'return', owner);
        end if;
        return jsonb_build_object('id', kept.id, 'day', kept.day, 'content', kept.content, 'duplicate', false);
end
$$;

create function api.return_finish(subject uuid) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        owner bigint := rule.enter($1, 'return');
        kept pes_return;
        about filing;
        receipt bigint;
begin
        select * into kept from pes_return r where r.body = owner and r.id = $1 for update;
        if kept.event is not null then
                return jsonb_build_object('id', kept.id, 'event', kept.event);
        end if;
        perform rule.content_finish(owner, kept.day, kept.content, kept.size);
        if kept.kind = 'nonacquit' then
                about := rule.pes_answered(kept.detail);
        end if;
        receipt := rule.append(row(owner, 'ReceivedFromNonERDS', 'return.received', 'pes', 'return', kept.id::text, null),
                jsonb_build_object('answer', jsonb_build_object('message', kept.kind, 'text', kept.file, 'sha256', encode(kept.sha256, 'hex')), 'routing', kept.routing));
        update pes_return r set event = receipt, filing = case when about.body = owner then about.id end where r.body = owner and r.id = kept.id;
        return jsonb_build_object('id', kept.id, 'event', receipt);
end
$$;

create function rule.return_json(r pes_return) returns jsonb language sql stable as $$
        select jsonb_build_object('id', r.id, 'kind', r.kind, 'file', r.file, 'name', r.detail -> 'name', 'type', r.detail -> 'type', 'siret', r.detail -> 'siret', 'code', r.detail -> 'code',
                'budget', r.detail -> 'budget', 'date', r.detail -> 'date', 'routing', r.routing, 'filing', r.filing, 'size', r.size, 'sha256', encode(r.sha256, 'hex'), 'at', rule.instant(r.at),
                'event', r.event, 'taken', rule.instant(r.taken_at))
$$;

-- The newest first; `before` is the last one seen.
create function api.return_list(actor uuid, before uuid) returns jsonb language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        filer party := rule.actor(actor, array['filer']);
begin
        perform rule.act(filer.body);
        return jsonb_build_object('returns', (select coalesce(jsonb_agg(rule.return_json(r) order by r.at desc, r.id), '[]') from (
                select x as r, (x).at, (x).id from (select p as x from pes_return p where p.body = filer.body and p.event is not null
                        and ($2 is null or (p.at, p.id) < (select q.at, q.id from pes_return q where q.body = filer.body and q.id = $2)) order by p.at desc, p.id desc limit 100) y) r));
end
$$;

-- Its bytes; that they were taken is kept (STELA's sendACKPESRetour).
create function api.return_open(actor uuid, subject uuid) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        filer party := rule.actor(actor, array['filer']);
        owner bigint := rule.enter($2, 'return');
        kept pes_return;
begin
        update pes_return r set taken_at = coalesce(r.taken_at, clock_timestamp()) where r.body = filer.body and r.body = owner and r.id = $2 and r.event is not null returning * into kept;
        if kept.id is null then
                perform rule.refuse('not-found', format('There is no return %s.', $2));
        end if;
        return jsonb_build_object('day', kept.day, 'content', kept.content, 'size', kept.size, 'name', kept.file);
end
$$;

-- ---- what is nobody's ----

create function api.quarantine_begin(channel text, file jsonb) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        kept quarantine;
begin
        perform pg_advisory_xact_lock(hashtextextended('quarantine ' || $1 || ($2 ->> 'sha256'), 0));
        select * into kept from quarantine q where q.channel = $1 and q.sha256 = decode($2 ->> 'sha256', 'hex');
        if kept.id is null then
                insert into quarantine (channel, file, size, sha256, detail)
                values ($1, left($2 ->> 'file', 255), ($2 ->> 'size')::bigint, decode($2 ->> 'sha256', 'hex'), $2) returning * into kept;
        end if;
        return jsonb_build_object('id', kept.id, 'duplicate', kept.whole);
end
$$;

create function api.quarantine_chunk(id bigint, number int, data bytea) returns void language sql security definer set search_path = pli, pg_temp as $$
        insert into quarantine_chunk select q.id, $2, $3 from quarantine q where q.id = $1 and not q.whole on conflict do nothing
$$;

create function api.quarantine_finish(id bigint) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        kept quarantine;
        alert bigint;
begin
        perform rule.act_everywhere();
        select * into kept from quarantine q where q.id = $1 for update;
        if kept.whole then
                return jsonb_build_object('event', kept.event);
        end if;
        if kept.size <> (select coalesce(sum(length(c.data)), 0) from quarantine_chunk c where c.quarantine = kept.id) then
                perform rule.refuse('content-incomplete', format('File %s is not whole.', kept.file));
        end if;
        alert := rule.append(row(null, 'urn:pli:event:AnswerUnusable', 'answer.stray', kept.channel, 'file', encode(kept.sha256, 'hex'), null),
                jsonb_build_object('answer', jsonb_build_object('message', kept.detail -> 'kind', 'text', kept.file, 'sha256', encode(kept.sha256, 'hex')),
                        'reasons', jsonb_build_array(kept.detail -> 'reason')));
        update quarantine q set whole = true, event = alert where q.id = kept.id;
        return jsonb_build_object('event', alert);
end
$$;

create function api.quarantine_list() returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select coalesce(jsonb_agg(jsonb_build_object('id', q.id, 'channel', q.channel, 'file', q.file, 'size', q.size, 'sha256', encode(q.sha256, 'hex'), 'at', rule.instant(q.at),
                'reason', q.detail -> 'reason', 'event', q.event) order by q.id), '[]') from quarantine q where q.whole
$$;

create function api.siret_enrol(wanted jsonb) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        owner bigint := (select b.id from body b where b.siret = $1 ->> 'body');
begin
        if owner is null then
                perform rule.refuse('not-found', format('No body has the SIRET %s.', $1 ->> 'body'));
        end if;
        perform rule.act(owner);
        insert into body_siret (body, siret) values (owner, rule.member_text($1, 'siret')) on conflict do nothing;
        return jsonb_build_object('body', $1 ->> 'body', 'siret', $1 ->> 'siret');
exception
        when check_violation then
                perform rule.refuse('json-malformed', sqlerrm);
end
$$;
