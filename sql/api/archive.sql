-- The whole file of a procedure: for whoever takes it away, and for the archives (SEDA). Sealed tenders are not in it: what was
-- opened of them is had from the opening.

create function rule.archive_text(path text, media_type text, title text, content text, at timestamptz) returns jsonb language sql immutable as $$
        select jsonb_build_object('name', path, 'mediaType', media_type, 'title', title, 'text', content, 'size', length(convert_to(content, 'UTF8')),
                'sha256', encode(sha256(convert_to(content, 'UTF8')), 'hex'), 'at', extract(epoch from at)::bigint)
$$;
create function rule.archive_file(path text, title text, day date, content bigint, size bigint, sha256 bytea, media_type text, at timestamptz) returns jsonb language sql immutable as $$
        select jsonb_build_object('name', path, 'mediaType', media_type, 'title', title, 'day', day, 'content', content, 'size', size, 'sha256', encode(sha256, 'hex'), 'at', extract(epoch from at)::bigint)
$$;

create function rule.archive_dossier(c consultation) returns jsonb language plpgsql stable as $$
begin
        return jsonb_build_object('consultation', rule.consultation_own(c),
                'steps', (select jsonb_agg(jsonb_build_object('at', rule.instant(s.at), 'event', s.event, 'state', s.to_state, 'by', (select p.name from party p where p.id = s.party)) order by s.number)
                        from step s where s.body = c.body and s.kind = 'consultation' and s.subject = c.id),
                'changes', (select coalesce(jsonb_agg(to_jsonb(x) - array['body', 'consultation', 'party'] order by x.number), '[]') from consultation_change x where x.body = c.body and x.consultation = c.id),
                'questions', (select coalesce(jsonb_agg(rule.question_json(q) || jsonb_build_object('text', q.text, 'by', rule.party_json(q.party)) order by q.number), '[]') from question q where q.body = c.body and q.consultation = c.id),
                'mails', (select coalesce(jsonb_agg(rule.mail_whole(m, true) order by m.made_at, m.id), '[]') from mail m where m.body = c.body and m.consultation = c.id),
                'contracts', (select coalesce(jsonb_agg(rule.contract_json(k) order by k.number), '[]') from contract k where k.body = c.body and k.consultation = c.id),
                'registers', jsonb_build_object('withdrawals', rule.register_withdrawals(c), 'deposits', rule.register_deposits(c), 'safeguards', rule.register_safeguards(c)));
end
$$;

create function rule.archive_entries(c consultation) returns jsonb language plpgsql stable as $$
declare
        now timestamptz := clock_timestamp();
begin
        return jsonb_build_array(rule.archive_text('dossier.json', 'application/json', 'Dossier de la procédure', jsonb_pretty(rule.archive_dossier(c)), now))
                || (select coalesce(jsonb_agg(rule.archive_file('dce/' || d.name, d.name, d.day, d.content, d.size, d.sha256, d.media_type, d.put_at) order by d.name), '[]')
                        from document d where d.body = c.body and d.consultation = c.id and d.size is not null)
                || (select coalesce(jsonb_agg(rule.archive_file(format('dce/version-%s/%s', f.version, f.name), format('%s (version %s)', f.name, f.version), f.day, f.content, f.size, f.sha256, f.media_type, f.put_at) order by f.name, f.version), '[]')
                        from document_former f where f.body = c.body and f.consultation = c.id)
                || (select coalesce(jsonb_agg(rule.archive_file(format('marches/%s/%s/%s', k.number, f.role, f.name), f.name, f.day, f.content, f.size, f.sha256, f.media_type, f.put_at) order by k.number, f.role, f.name), '[]')
                        from contract k join contract_file f on f.body = k.body and f.contract = k.id where k.body = c.body and k.consultation = c.id and f.size is not null)
                || (select coalesce(jsonb_agg(rule.archive_file(format('courriers/%s/%s/%s', m.id, f.side, f.name), f.name, f.day, f.content, f.size, f.sha256, f.media_type, m.made_at) order by m.made_at, f.name), '[]')
                        from mail m join mail_file f on f.body = m.body and f.mail = m.id where m.body = c.body and m.consultation = c.id and f.size is not null
                        and (f.side = 'sender' or rule.mail_answer_shown(m)))
                || (select coalesce(jsonb_agg(rule.archive_text(format('accuses/%s.xml', e.id), 'application/xml', e.fact, convert_from(r.xml, 'UTF8'), e.at) order by e.id), '[]')
                        from event e join receipt r on r.event = e.id
                        where e.body = c.body and e.subject in (select c.id::text union all select k.id::text from contract k where k.body = c.body and k.consultation = c.id
                                union all select m.id::text from mail m where m.body = c.body and m.consultation = c.id union all select q.id::text from question q where q.body = c.body and q.consultation = c.id));
end
$$;

-- Everything, readable without this gateway.
create function api.archive_export(actor uuid, consultation uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        c consultation := rule.buyer_consultation(actor, $2);
begin
        return jsonb_build_object('reference', c.reference, 'title', c.title, 'body', rule.body_json(c.body), 'files', rule.archive_entries(c));
end
$$;

create function rule.archive_json(t archive_transfer) returns jsonb language sql stable as $$
        select jsonb_build_object('id', t.id, 'consultation', t.consultation, 'message', 'pli-' || t.id, 'made', rule.instant(t.made_at), 'code', t.code, 'reply', t.reply,
                'replied', rule.instant(t.replied_at), 'event', t.event)
$$;

-- {"version": "2.1" or "2.2", "agency": the archive service's identifier, "rule": "P10Y", "action": "Keep" or "Destroy", "access": "AR038", "agreement"?}
create function api.archive_begin(actor uuid, consultation uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.buyer_consultation(actor, $2);
        subject uuid := gen_random_uuid();
        wanted jsonb := '{"version": "2.1", "rule": "P10Y", "action": "Keep", "access": "AR038"}'::jsonb || $3;
        t archive_transfer;
begin
        if c.state not in ('notified', 'unsuccessful', 'without-follow-up') then
                perform rule.refuse('step-refused', format('The consultation is %s: it is not over.', c.state));
        elsif not wanted ->> 'version' = any (array['2.1', '2.2']) or not wanted ->> 'action' = any (array['Keep', 'Destroy']) or wanted ->> 'rule' !~ '^P[0-9]{1,3}[YM]$' then
                perform rule.refuse('json-malformed', '"version" is 2.1 or 2.2, "action" Keep or Destroy, "rule" a period such as P10Y');
        end if;
        perform rule.member_text(wanted, 'agency');
        insert into place values (subject, 'archive', c.body);
        insert into archive_transfer (body, id, consultation, request, party) values (c.body, subject, c.id, wanted, actor) returning * into t;
        return rule.archive_json(t);
end
$$;

create function rule.archive_seen(actor uuid, subject uuid) returns archive_transfer language plpgsql as $$
declare
        buyer party := rule.actor(actor, array['buyer']);
        owner bigint := rule.enter(subject, 'archive');
        t archive_transfer;
begin
        select * into t from archive_transfer x where x.body = owner and x.id = subject for update;
        if buyer.body <> owner then
                perform rule.refuse('not-found', format('There is no transfer %s.', subject));
        end if;
        return t;
end
$$;

create function api.archive_show(actor uuid, archive uuid) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
begin
        return rule.archive_json(rule.archive_seen(actor, $2));
end
$$;

-- What its archive is made of.
create function api.archive_open(actor uuid, archive uuid) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        t archive_transfer := rule.archive_seen(actor, $2);
        c consultation;
begin
        select * into c from consultation x where x.body = t.body and x.id = t.consultation;
        return rule.archive_json(t) || t.request || jsonb_build_object('reference', c.reference, 'title', c.title, 'object', c.object, 'body', rule.body_json(c.body),
                'start', to_char(c.published_at, 'YYYY-MM-DD'), 'end', to_char(coalesce(c.notified_at, c.decided_at), 'YYYY-MM-DD'), 'files', rule.archive_entries(c));
end
$$;

-- The archive service's ArchiveTransferReply, read: {"request", "code", "text"…}. 000 or OK: the file is archived. Said again, it is the first one.
create function api.archive_reply(actor uuid, archive uuid, reply jsonb, xml bytea) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        t archive_transfer := rule.archive_seen(actor, $2);
        c consultation;
        good boolean := $3 ->> 'code' in ('000', 'OK');
begin
        if t.reply_xml = $4 then
                return rule.archive_json(t);
        elsif $3 ->> 'request' is distinct from 'pli-' || t.id then
                perform rule.refuse('answer-unmatched', format('This reply is about %s, not about pli-%s.', left($3 ->> 'request', 100), t.id));
        elsif t.code in ('000', 'OK') then
                perform rule.refuse('step-refused', 'The transfer has been accepted already.');
        end if;
        select * into c from consultation x where x.body = t.body and x.id = t.consultation for update;
        if good then
                perform rule.step('consultation', c.body, c.id, 'archive', actor);
                update consultation x set archived_at = clock_timestamp() where x.body = c.body and x.id = c.id;
        end if;
        t.event := rule.append(row(c.body, case when good then 'ContentHandover' else 'ContentHandoverFailure' end, case when good then 'consultation.archived' else 'consultation.unarchived' end,
                'procurement', 'consultation', c.id::text, actor), jsonb_build_object('consultation', rule.consultation_fact(c),
                'answer', jsonb_build_object('message', 'ArchiveTransferReply', 'code', $3 -> 'code', 'sha256', encode(sha256($4), 'hex')),
                'reasons', jsonb_build_array(jsonb_build_object('code', $3 ->> 'code', 'text', $3 ->> 'text'))));
        update archive_transfer x set code = $3 ->> 'code', reply = $3, reply_xml = $4, replied_at = clock_timestamp(), event = t.event where x.body = t.body and x.id = t.id returning * into t;
        return rule.archive_json(t);
end
$$;
