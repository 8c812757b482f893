-- Opening (ouverture des plis): after the hour, by a quorum.

-- The seat of a member, or of who stands in for one.
create function rule.member_x(c consultation, actor uuid) returns int language plpgsql stable as $$
begin
        return (select m.x from consultation_member m where m.body = c.body and m.consultation = c.id and actor in (m.party, m.substitute));
end
$$;

-- A consultation whose opening the actor may see: a buyer of its body, a member of its commission, an auditor.
create function rule.opening_seen(actor uuid, subject uuid) returns consultation language plpgsql as $$
declare
        viewer party := rule.actor(actor, array['buyer', 'member', 'auditor']);
        owner bigint := rule.enter(subject, 'consultation');
        kept consultation;
begin
        select * into kept from consultation c where c.body = owner and c.id = subject;
        if kept.state = 'draft' or not ('auditor' = any (viewer.roles) or ('buyer' = any (viewer.roles) and viewer.body = owner)
                                        or rule.member_x(kept, actor) is not null) then
                perform rule.refuse('not-found', format('There is no consultation %s for you to open.', subject));
        end if;
        return kept;
end
$$;

create function rule.opening_envelopes(d deposit) returns jsonb language plpgsql stable as $$
begin
        return (select coalesce(jsonb_agg(jsonb_build_object('envelope', e.id, 'name', e.name, 'lot', e.lot, 'kind', e.kind, 'state', e.state, 'bytes', e.bytes,
                        'report', e.report, 'shares', (select count(*) from share s where s.body = e.body and s.envelope = e.id)) order by e.lot, e.kind, e.name), '[]')
                from envelope e where e.body = d.body and e.deposit = d.id);
end
$$;

-- The hour of those who were there, beside UTC: minutes state both.
create function rule.local(at timestamptz) returns text language plpgsql stable as $$
begin
        return to_char(at at time zone 'Europe/Paris', 'YYYY-MM-DD"T"HH24:MI:SS')
                || to_char(at at time zone 'Europe/Paris' - at at time zone 'UTC', '"+"HH24:MI');
end
$$;

-- Is this envelope to be opened? What came in time is, and what came late where the buyer so decided. Where the
-- candidatures come first, an offer is once its company is admitted, or by a decision of its own.
create function rule.envelope_wanted(c consultation, d deposit, e envelope) returns boolean language sql immutable as $$
        select (not d.late or d.late_asked) and (not c.candidatures_first or e.kind = 'candidature' or coalesce(d.admitted, false) or d.offers_asked)
$$;

-- The register of deposits, in order of reception. Nothing before the opening.
create function rule.register(c consultation, states text[]) returns jsonb language plpgsql stable as $$
begin
        return (select coalesce(jsonb_agg(jsonb_build_object('deposit', d.id, 'company', jsonb_build_object('name', p.organisation, 'siret', p.siret),
                        'started', rule.instant(d.started), 'received', rule.instant(d.received), 'late', d.late, 'state', d.state, 'event', d.event,
                        'receivedLocal', rule.local(d.received), 'admitted', d.admitted, 'decisions', rule.opening_decisions(d),
                        'envelopes', rule.opening_envelopes(d)) order by d.received, d.id), '[]')
                from deposit d join party p on p.id = d.party
                where d.body = c.body and d.consultation = c.id and d.state = any (states) and c.opening_at is not null);
end
$$;

create function rule.opening_decisions(d deposit) returns jsonb language plpgsql stable as $$
begin
        return (select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('decision', o.decision, 'reason', o.reason, 'by', p.name, 'at', rule.instant(o.at),
                        'atLocal', rule.local(o.at))) order by o.id), '[]')
                from opening_decision o join party p on p.id = o.party where o.body = d.body and o.deposit = d.id);
end
$$;

create function rule.opening_json(c consultation) returns jsonb language plpgsql stable as $$
begin
        return (select jsonb_build_object('consultation', c.id, 'reference', c.reference, 'title', c.title, 'object', c.object, 'body', rule.body_json(c.body),
                        'state', c.state, 'deadline', rule.instant(c.deadline), 'now', rule.instant(clock_timestamp()), 'quorum', c.quorum,
                        'candidaturesFirst', c.candidatures_first, 'zone', 'Europe/Paris', 'deadlineLocal', rule.local(c.deadline), 'startedLocal', rule.local(c.opening_at), 'finishedLocal', rule.local(c.opened_at),
                        'started', rule.instant(c.opening_at), 'startedBy', (select p.name from party p where p.id = c.opening_by), 'finished', rule.instant(c.opened_at),
                        'members', (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('x', m.x, 'name', p.name, 'present', a.at is not null, 'at', rule.instant(a.at), 'atLocal', rule.local(a.at),
                                'substitute', q.name, 'substitutePresent', case when q.id is not null then b.at is not null end, 'substituteAt', rule.instant(b.at),
                                'substituteAtLocal', rule.local(b.at))) order by m.x)
                                from consultation_member m join party p on p.id = m.party left join party q on q.id = m.substitute
                                left join presence a on a.body = m.body and a.consultation = m.consultation and a.party = m.party
                                left join presence b on b.body = m.body and b.consultation = m.consultation and b.party = m.substitute
                                where m.body = c.body and m.consultation = c.id),
                        'present', (select coalesce(jsonb_agg(jsonb_build_object('name', p.name, 'at', rule.instant(a.at), 'atLocal', rule.local(a.at)) order by a.at), '[]')
                                from presence a join party p on p.id = a.party where a.body = c.body and a.consultation = c.id),
                        'deposits', rule.register(c, array['committed', 'opened', 'unreadable']),
                        'withdrawn', rule.register(c, array['withdrawn']), 'replaced', rule.register(c, array['replaced'])));
end
$$;

-- Does an envelope still wait for shares, for its opening, or for the buyer's decision on its company?
create function rule.opening_busy(c consultation) returns boolean language plpgsql stable as $$
begin
        return exists (select from envelope e join deposit d on d.body = e.body and d.id = e.deposit
                where d.body = c.body and d.consultation = c.id and e.state in ('sealed', 'ready')
                  and (rule.envelope_wanted(c, d, e) or (c.candidatures_first and not d.late and d.admitted is null)));
end
$$;

-- Closes the opening once nothing is left to open. What a later decision opens is told by minutes of its own.
create function rule.opening_finish(c consultation, actor uuid) returns consultation language plpgsql as $$
declare
        kept consultation := c;
begin
        if c.state not in ('opening', 'opened') or rule.opening_busy(c) then
                return c;
        elsif c.state = 'opened' then
                perform rule.append(row(c.body, 'urn:pli:event:OpeningAmended', 'opening.amended', 'procurement', 'opening', c.id::text, actor),
                        jsonb_build_object('consultation', rule.consultation_fact(c), 'minutes', rule.opening_json(c)));
                return c;
        end if;
        perform rule.step('consultation', c.body, c.id, 'finish', actor);
        update consultation x set opened_at = clock_timestamp() where x.body = c.body and x.id = c.id returning * into kept;
        perform rule.append(row(c.body, 'urn:pli:event:OpeningFinished', 'opening.finished', 'procurement', 'opening', c.id::text, actor),
                jsonb_build_object('consultation', rule.consultation_fact(kept), 'minutes', rule.opening_json(kept)));
        return kept;
end
$$;

-- Who starts or joins the opening is present. Commits that wait behind this one are late.
create function api.opening_start(actor uuid, consultation uuid) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.opening_seen(actor, $2);
begin
        perform rule.actor(actor, array['buyer', 'member']);
        perform rule.lock_alone(c.id);
        select * into c from consultation x where x.body = c.body and x.id = c.id for update;
        if c.rehearsal then
                perform rule.refuse('step-refused', 'A consultation for rehearsals is never opened.');
        end if;
        if clock_timestamp() < c.deadline then
                perform rule.refuse('opening-before-deadline', format('The tenders may be opened from %s on; it is %s.', rule.instant(c.deadline), rule.instant(clock_timestamp())));
        end if;
        insert into presence (body, consultation, party) values (c.body, c.id, actor) on conflict do nothing;
        if c.state in ('published', 'closed') then
                perform rule.step('consultation', c.body, c.id, 'start', actor);
                update consultation x set opening_at = clock_timestamp(), opening_by = actor where x.body = c.body and x.id = c.id returning * into c;
                perform rule.append(row(c.body, 'urn:pli:event:OpeningStarted', 'opening.started', 'procurement', 'opening', c.id::text, actor),
                        jsonb_build_object('consultation', rule.consultation_fact(c), 'deposits',
                                (select jsonb_agg(r - 'envelopes') from jsonb_array_elements(rule.register(c, array['committed', 'withdrawn', 'replaced'])) r)));
                c := rule.opening_finish(c, actor);
        end if;
        return rule.opening_json(c);
end
$$;

create function rule.opening_member(actor uuid, subject uuid) returns consultation language plpgsql as $$
declare
        c consultation := rule.opening_seen(actor, subject);
begin
        if rule.member_x(c, actor) is null then
                perform rule.refuse('forbidden', 'Only a member of the commission holds a share.');
        end if;
        if c.opening_at is null then
                perform rule.refuse('opening-not-started', 'The opening has not been started.');
        end if;
        return c;
end
$$;

-- The envelopes to be opened for which this seat's share is still missing.
create function api.opening_shares_wanted(actor uuid, consultation uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.opening_member(actor, $2);
        mine int := rule.member_x(c, actor);
begin
        return jsonb_build_object('x', mine, 'envelopes', (
                select coalesce(jsonb_agg(jsonb_build_object('envelope', e.id, 'deposit', d.id, 'company', p.organisation, 'lot', e.lot, 'kind', e.kind, 'late', d.late,
                        'manifest', rule.base64(e.manifest)) order by d.received, e.lot, e.kind), '[]')
                from envelope e join deposit d on d.body = e.body and d.id = e.deposit join party p on p.id = d.party
                where d.body = c.body and d.consultation = c.id and e.state = 'sealed' and rule.envelope_wanted(c, d, e)
                  and not exists (select from share s where s.body = e.body and s.envelope = e.id and s.x = mine)));
end
$$;

create function rule.share_add(c consultation, actor uuid, subject uuid, part bytea) returns void language plpgsql as $$
declare
        e envelope;
begin
        select x.* into e from envelope x join deposit d on d.body = x.body and d.id = x.deposit
        where x.body = c.body and x.id = subject and d.consultation = c.id and rule.envelope_wanted(c, d, x) for update of x;
        if e.id is null then
                perform rule.refuse('not-found', format('There is no envelope %s to open.', subject));
        end if;
        if e.state in ('ready', 'opened', 'unreadable', 'infected') then
                return;
        end if;
        if e.state <> 'sealed' then
                perform rule.refuse('step-refused', format('Envelope %s is %s and stays sealed.', subject, e.state));
        end if;
        if length(part) <> 33 or get_byte(part, 0) <> rule.member_x(c, actor)
           or encode(sha256(part), 'hex') is distinct from lower(e.summary -> 'members' -> (get_byte(part, 0) - 1) ->> 'share') then
                perform rule.refuse('share-wrong', format('This is not your share of envelope %s.', subject));
        end if;
        insert into share (body, envelope, x, share, party) values (c.body, e.id, get_byte(part, 0), part, actor) on conflict do nothing;
        if (select count(*) from share s where s.body = c.body and s.envelope = e.id) >= c.quorum then
                perform rule.step('envelope', c.body, e.id, 'gather', actor);
                perform pg_notify('opening', e.id::text);
        end if;
end
$$;

-- Each share is held against the manifest's digest of it.
create function api.opening_share_put(actor uuid, consultation uuid, shares jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.opening_member(actor, $2);
begin
        if jsonb_typeof($3) <> 'array' then
                perform rule.refuse('json-malformed', 'shares must be a list');
        end if;
        insert into presence (body, consultation, party) values (c.body, c.id, actor) on conflict do nothing;
        perform rule.share_add(c, actor, (s ->> 'envelope')::uuid, decode(s ->> 'share', 'base64'))
        from (select s from jsonb_array_elements($3) s order by s ->> 'envelope') o;
        return rule.opening_json(c);
end
$$;

-- What a judge needs to open the envelope: exactly k shares, the first handed over.
create function rule.envelope_json(e envelope) returns jsonb language plpgsql stable as $$
begin
        return (select jsonb_build_object('envelope', e.id, 'consultation', d.consultation, 'deposit', d.id, 'name', e.name, 'lot', e.lot, 'kind', e.kind, 'state', e.state,
                        'manifest', rule.base64(e.manifest), 'day', e.day, 'content', e.content, 'bytes', e.bytes, 'chunks', e.chunks, 'report', e.report,
                        'at', rule.instant(clock_timestamp()), 'received', rule.instant(d.received),
                        'shares', (select rule.base64(string_agg(s.share, ''::bytea order by s.at, s.x))
                                from (select * from share s where s.body = e.body and s.envelope = e.id order by s.at, s.x limit c.quorum) s))
                from deposit d join consultation c on c.body = d.body and c.id = d.consultation where d.body = e.body and d.id = e.deposit);
end
$$;

-- One ready envelope. The claimer's session holds it by an advisory lock, which goes with its connection: a
-- worker that is killed is followed at once, one that hangs after fifteen minutes. A session holds one at a time.
create function api.envelope_claim() returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        candidate envelope;
        e envelope;
begin
        perform rule.act_everywhere();
        perform pg_advisory_unlock_all();
        for candidate in select * from envelope n where n.state = 'ready' order by n.lease_until nulls first loop
                if pg_try_advisory_lock(hashtextextended('pli envelope ' || candidate.id, 0)) or candidate.lease_until < clock_timestamp() then
                        update envelope x set lease_until = clock_timestamp() + interval '15 minutes'
                        where x.body = candidate.body and x.id = candidate.id and x.state = 'ready' and x.lease_until is not distinct from candidate.lease_until
                        returning * into e;
                        if e.id is not null then
                                return rule.envelope_json(e);
                        end if;
                end if;
        end loop;
        return null;
end
$$;

create function rule.report_event(report jsonb) returns text language sql immutable as $$
        select case when exists (select from jsonb_array_elements(case jsonb_typeof(report -> 'antivirus') when 'array' then report -> 'antivirus' else '[]' end) a
                                 where a ->> 'outcome' = 'infected') then 'infect'
                    when report ->> 'outcome' = 'opened' then 'settle' else 'fail' end
$$;

create function rule.deposit_settle(d deposit) returns void language plpgsql as $$
begin
        if exists (select from envelope e where e.body = d.body and e.deposit = d.id and e.state in ('sealed', 'ready')) then
                return;
        end if;
        perform rule.step('deposit', d.body, d.id, case when exists (
                select from envelope e where e.body = d.body and e.deposit = d.id and e.state in ('unreadable', 'infected')) then 'fail' else 'settle' end, null);
end
$$;

-- What opening an envelope gave. Settled once; a second report changes nothing.
create function api.envelope_settle(envelope uuid, report jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        owner bigint := rule.enter($1, 'envelope');
        e envelope;
        d deposit;
        c consultation;
        outcome text := rule.report_event($2);
begin
        select c1.* into c from consultation c1 join deposit d1 on d1.body = c1.body and d1.consultation = c1.id
        join envelope e1 on e1.body = d1.body and e1.deposit = d1.id where e1.body = owner and e1.id = $1 for update of c1;
        select * into e from envelope x where x.body = owner and x.id = $1 for update;
        select * into d from deposit x where x.body = owner and x.id = e.deposit;
        if e.settled_at is not null then
                return jsonb_build_object('envelope', e.id, 'state', e.state);
        end if;
        perform rule.step('envelope', owner, e.id, outcome, null);
        update envelope x set report = $2, settled_at = clock_timestamp(), lease_until = null where x.body = owner and x.id = e.id returning * into e;
        perform rule.append(row(owner, case outcome when 'settle' then 'ContentHandover' else 'ContentHandoverFailure' end, 'envelope.' || e.state, 'procurement',
                        'envelope', e.id::text, d.party),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'deposit', d.id, 'envelopes', jsonb_build_array(jsonb_build_object('envelope', e.name,
                        'lot', e.lot, 'kind', e.kind, 'digest', encode(e.digest, 'hex'))), 'documents', $2 -> 'documents', 'reasons', $2 -> 'reasons'));
        perform rule.deposit_settle(d);
        c := rule.opening_finish(c, null);
        perform pg_notify('opening', c.id::text);
        return jsonb_build_object('envelope', e.id, 'state', e.state, 'consultation', c.state);
end
$$;

-- {"deposit", "decision", "reason"}: a buyer of the body admits or eliminates a company by its candidature, or has opened
-- what would stay sealed: a deposit that came late, the offers of an eliminated one. A later decision replaces the former.
create function api.opening_decide(actor uuid, consultation uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.buyer_consultation(actor, $2);
        wanted text := rule.member_text($3, 'decision');
        reason text := nullif($3 ->> 'reason', '');
        d deposit;
begin
        perform rule.lock_alone(c.id);
        select * into c from consultation x where x.body = c.body and x.id = c.id for update;
        select * into d from deposit x where x.body = c.body and x.consultation = c.id and x.id = (rule.member_text($3, 'deposit'))::uuid for update;
        perform rule.opening_decision_check(c, d, wanted, reason);
        update deposit x set admitted = case wanted when 'admit' then true when 'eliminate' then false else x.admitted end,
                late_asked = x.late_asked or wanted = 'open-late', offers_asked = x.offers_asked or wanted = 'open-offers'
        where x.body = d.body and x.id = d.id;
        insert into opening_decision (body, consultation, deposit, decision, reason, party) values (c.body, c.id, d.id, wanted, reason, actor);
        perform rule.append(row(c.body, 'urn:pli:event:' || case wanted when 'admit' then 'CandidatureAdmitted' when 'eliminate' then 'CandidatureEliminated'
                        when 'open-late' then 'LateDepositOpened' else 'WithheldOffersOpened' end, 'opening.' || wanted, 'procurement', 'opening', c.id::text, actor),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'deposit', d.id,
                        'reasons', case when reason is not null then jsonb_build_array(jsonb_build_object('code', wanted, 'text', reason)) end));
        if c.state = 'opening' then
                c := rule.opening_finish(c, actor);
        end if;
        return rule.opening_json(c);
end
$$;

create function rule.opening_decision_check(c consultation, d deposit, wanted text, reason text) returns void language plpgsql as $$
begin
        if c.opening_at is null then
                perform rule.refuse('opening-not-started', 'The opening has not been started.');
        elsif d.id is null or d.state not in ('committed', 'opened', 'unreadable') then
                perform rule.refuse('not-found', 'There is no deposit of that identifier to decide on.');
        elsif wanted not in ('admit', 'eliminate', 'open-late', 'open-offers') then
                perform rule.refuse('json-malformed', '"decision" is admit, eliminate, open-late or open-offers');
        elsif wanted <> 'admit' and reason is null then
                perform rule.refuse('json-malformed', 'this decision needs its "reason" in words');
        elsif wanted = 'open-late' and not d.late then
                perform rule.refuse('step-refused', 'This deposit came in time.');
        elsif wanted in ('admit', 'eliminate') and not c.candidatures_first then
                perform rule.refuse('step-refused', 'This consultation does not open the candidatures first.');
        elsif wanted = 'open-offers' and d.admitted is distinct from false then
                perform rule.refuse('step-refused', 'Its company has not been eliminated.');
        elsif wanted in ('admit', 'eliminate') and exists (
                select from envelope e where e.body = d.body and e.deposit = d.id and e.kind = 'candidature' and e.state in ('sealed', 'ready')) then
                perform rule.refuse('step-refused', 'Its candidature has not been opened yet.');
        elsif wanted = 'eliminate' and exists (
                select from envelope e where e.body = d.body and e.deposit = d.id and e.kind <> 'candidature' and e.state not in ('sealed', 'replaced')) then
                perform rule.refuse('step-refused', 'Its offer is open already.');
        end if;
end
$$;

create function api.opening_show(actor uuid, consultation uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
begin
        return rule.opening_json(rule.opening_seen(actor, $2));
end
$$;

-- The receipt of the opening's last minutes: when it ended, or was amended. "receipt" is null until the notary has made it.
create function api.opening_receipt(actor uuid, consultation uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        c consultation := rule.opening_seen(actor, $2);
        last bigint;
begin
        select max(e.id) into last from event e where e.body = c.body and e.subject_type = 'opening' and e.subject = c.id::text
                and e.fact in ('opening.finished', 'opening.amended');
        if last is null then
                perform rule.refuse('opening-unfinished', 'The opening has not come to its end: there are no minutes to seal yet.');
        end if;
        return jsonb_build_object('event', last, 'receipt', (select convert_from(r.xml, 'UTF8') from receipt r where r.event = last));
end
$$;

-- An opened envelope, for those who may read it.
create function api.envelope_show(actor uuid, envelope uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        owner bigint := rule.enter($2, 'envelope');
        e envelope;
begin
        perform rule.opening_seen(actor, (select d.consultation from deposit d join envelope x on x.body = d.body and x.deposit = d.id where x.body = owner and x.id = $2));
        select * into e from envelope x where x.body = owner and x.id = $2;
        if e.state <> 'opened' then
                perform rule.refuse('envelope-not-opened', format('This envelope is %s.', e.state));
        end if;
        return rule.envelope_json(e);
end
$$;
