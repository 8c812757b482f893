-- Secure mail: a message to a company lies here, behind a link with a token; that it was read, by whom and when, is a fact
-- with a receipt (names: EN 319 522-3). The relay only says by e-mail that something waits (post.sql).

create function rule.mail_files(m mail, side text) returns jsonb language plpgsql stable as $$
begin
        return (select coalesce(jsonb_agg(jsonb_build_object('name', f.name, 'mediaType', f.media_type, 'size', f.size, 'sha256', encode(f.sha256, 'hex')) order by f.name), '[]')
                from mail_file f where f.body = m.body and f.mail = m.id and f.side = mail_files.side and f.size is not null);
end
$$;

-- The answer to a negotiation is not seen before its hour (R2161-13 and after: offers stay confidential).
create function rule.mail_answer_shown(m mail) returns boolean language sql stable as $$
        select m.answered_at is not null and (m.kind <> 'negotiation' or m.answer_by <= clock_timestamp())
$$;

create function rule.mail_head(m mail) returns jsonb language plpgsql stable as $$
begin
        return jsonb_build_object('id', m.id, 'consultation', m.consultation, 'kind', m.kind, 'round', m.round, 'lot', m.lot, 'state', m.state, 'subject', m.subject,
                'sent', rule.instant(m.sent_at), 'answerBy', rule.instant(m.answer_by), 'expires', rule.instant(m.expires_at), 'read', rule.instant(m.read_at),
                'answered', rule.instant(m.answered_at), 'late', m.late, 'to', (select p.organisation from party p where p.id = m.recipient));
end
$$;

create function rule.mail_whole(m mail, buyer boolean) returns jsonb language plpgsql stable as $$
begin
        return rule.mail_head(m) || jsonb_build_object('text', m.text, 'files', rule.mail_files(m, 'sender'), 'body', rule.body_json(m.body))
                || case when buyer then jsonb_build_object('readBy', m.read_by) else '{}' end
                || case when not buyer or rule.mail_answer_shown(m) then jsonb_build_object('answer', m.answer, 'answerFiles', rule.mail_files(m, 'recipient')) else '{}' end;
end
$$;

create function rule.mail_event(m mail, name text, fact text, more jsonb) returns bigint language plpgsql as $$
begin
        return rule.append(row(m.body, name, fact, 'procurement', 'mail', m.id::text, m.recipient),
                jsonb_build_object('consultation', (select rule.consultation_fact(c) from consultation c where c.body = m.body and c.id = m.consultation),
                        'documents', rule.mail_files(m, 'sender'), 'message', jsonb_build_object('kind', m.kind, 'subject', m.subject,
                        'sha256', encode(sha256(convert_to(m.text, 'UTF8')), 'hex'))) || more);
end
$$;

-- A message of the actor's body. Locked.
create function rule.mail_buyer(actor uuid, named uuid) returns mail language plpgsql as $$
declare
        buyer party := rule.actor(actor, array['buyer']);
        owner bigint := rule.enter(named, 'mail');
        m mail;
begin
        select * into m from mail x where x.body = owner and x.id = named for update;
        if buyer.body <> owner then
                perform rule.refuse('not-found', format('There is no message %s.', named));
        end if;
        return m;
end
$$;

-- Whom a message is for: a deposit's company, or a company by its SIRET that has a stake.
create function rule.mail_recipient(c consultation, asked jsonb) returns party language plpgsql as $$
declare
        p party;
begin
        select x.* into p from deposit d join party x on x.id = d.party where d.body = c.body and d.consultation = c.id and d.id::text = asked ->> 'deposit'
                and c.opening_at is not null and x.disabled_at is null;
        if p.id is null then
                select x.* into p from rule.consultation_companies(c) s join party x on x.id = s where x.siret = asked ->> 'siret'
                        and (c.opening_at is not null or x.id in (select w.party from withdrawal w where w.body = c.body and w.consultation = c.id));
        end if;
        if p.id is null then
                perform rule.refuse('mail-recipient', 'Name a "deposit" that has been opened, or the "siret" of a company that took documents.');
        end if;
        return p;
end
$$;

create function rule.mail_make(c consultation, sender uuid, recipient party, request jsonb) returns mail language plpgsql as $$
declare
        subject uuid := gen_random_uuid();
        m mail;
begin
        insert into mail (body, id, step, state, consultation, kind, round, lot, sender, recipient, company, subject, text, answer_by)
        values (c.body, subject, 1, rule.begin('mail', c.body, subject, 'write', sender), c.id, coalesce(request ->> 'kind', 'message'), (request ->> 'round')::int, request ->> 'lot',
                sender, recipient.id, recipient.company, rule.member_text(request, 'subject'), rule.member_text(request, 'text'),
                case when request ? 'answerBy' then rule.member_instant(request, 'answerBy') end)
        returning * into m;
        return m;
exception
        when check_violation then
                perform rule.refuse('json-malformed', sqlerrm);
end
$$;

-- Out it goes: a token for its link, 30 days to read it or until its answer is due, an e-mail that says so.
create function rule.mail_send(given mail, actor uuid) returns mail language plpgsql as $$
declare
        m mail := given;
        secret text := encode(rule.salt(), 'hex');
begin
        if m.answer_by <= clock_timestamp() then
                perform rule.refuse('mail-expired', 'The answer would be due already.');
        end if;
        delete from mail_file f where f.body = m.body and f.mail = m.id and f.size is null;
        perform rule.step('mail', m.body, m.id, 'send', actor);
        update mail x set sent_at = clock_timestamp(), expires_at = greatest(clock_timestamp() + interval '30 days', x.answer_by), token = sha256(convert_to(secret, 'UTF8'))
        where x.body = m.body and x.id = m.id returning * into m;
        perform rule.mail_event(m, 'SubmissionAcceptance', 'mail.sent', '{}');
        perform rule.post_put(m.body, m.consultation, m.id, m.kind, m.recipient, m.subject, secret);
        return m;
end
$$;

-- {"kind": message or completion, "deposit" or "siret", "subject", "text", "answerBy"}: a draft, to which files may be put.
create function api.mail_write(actor uuid, consultation uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.buyer_consultation(actor, $2);
begin
        if coalesce($3 ->> 'kind', 'message') not in ('message', 'completion', 'notification') then
                perform rule.refuse('json-malformed', '"kind" is message, completion or notification; rounds and letters have their own functions');
        elsif $3 ->> 'kind' = 'completion' and not $3 ? 'answerBy' then
                perform rule.refuse('json-malformed', 'A request for completion says until when: "answerBy" (R2144-2)');
        end if;
        return rule.mail_whole(rule.mail_make(c, actor, rule.mail_recipient(c, $3), $3 - array['round', 'lot']), true);
end
$$;

create function api.mail_send(actor uuid, mail uuid) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
begin
        return rule.mail_whole(rule.mail_send(rule.mail_buyer(actor, $2), actor), true);
end
$$;

-- ---- the recipient ----

-- A sent message of the actor's company. Locked.
create function rule.mail_company(actor uuid, named uuid) returns mail language plpgsql as $$
declare
        reader party := rule.actor(actor, array['company']);
        owner bigint := rule.enter(named, 'mail');
        m mail;
begin
        select * into m from mail x where x.body = owner and x.id = named for update;
        if m.company <> reader.company or m.state = 'draft' then
                perform rule.refuse('not-found', format('There is no message %s.', named));
        end if;
        return m;
end
$$;

-- Read for the first time: the proof. After its expiry a message is still read, but the expiry stays on record.
create function rule.mail_read(given mail, actor uuid, how jsonb) returns mail language plpgsql as $$
declare
        m mail := given;
begin
        if m.read_at is not null then
                return m;
        end if;
        perform rule.step('mail', m.body, m.id, 'read', actor);
        update mail x set read_at = clock_timestamp(), read_by = how where x.body = m.body and x.id = m.id returning * into m;
        perform rule.mail_event(m, 'ContentHandover', 'mail.read', jsonb_build_object('received', rule.instant(m.read_at), 'reasons', jsonb_build_array(jsonb_build_object('code', how ->> 'by', 'text', how ->> 'who'))));
        return m;
end
$$;

-- To its company: reading it is the proof of reading. To its body: how it fares.
create function api.mail_show(actor uuid, mail uuid) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        reader party := rule.actor(actor, array['buyer', 'company']);
        owner bigint := rule.enter($2, 'mail');
begin
        if rule.buys(actor, owner) then
                return rule.mail_whole(rule.mail_buyer(actor, $2), true);
        end if;
        return rule.mail_whole(rule.mail_read(rule.mail_company(actor, $2), actor, jsonb_build_object('by', 'certificate', 'who', reader.name)), false);
end
$$;

-- What is known before the message is opened: a link that a scanner follows proves nothing.
create function rule.mail_of_token(token text) returns mail language plpgsql as $$
declare
        m mail;
begin
        perform rule.act_everywhere();
        select * into m from mail x where x.token = sha256(convert_to(mail_of_token.token, 'UTF8')) for update;
        if m.id is null or m.expires_at < clock_timestamp() then
                perform rule.refuse('mail-expired', 'This link leads to nothing, or no longer.');
        end if;
        perform rule.act(m.body);
        return m;
end
$$;

create function api.mail_announce(token text) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        m mail := rule.mail_of_token($1);
begin
        return jsonb_build_object('from', rule.body_json(m.body), 'to', (select p.organisation from party p where p.id = m.recipient), 'sent', rule.instant(m.sent_at),
                'expires', rule.instant(m.expires_at), 'read', rule.instant(m.read_at), 'consultation', (select c.reference from consultation c where c.body = m.body and c.id = m.consultation));
end
$$;

-- Opened on purpose, by whoever holds the link.
create function api.mail_open(token text, peer text) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        m mail := rule.mail_of_token($1);
begin
        return rule.mail_whole(rule.mail_read(m, null, jsonb_build_object('by', 'link', 'who', left($2, 200))), false);
end
$$;

-- {"text"}: with the files put before. An answer after its hour is kept and said to be late.
create function api.mail_answer(actor uuid, mail uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        m mail := rule.mail_company(actor, $2);
begin
        if m.answer_by is null then
                perform rule.refuse('mail-closed', 'No answer is asked for.');
        end if;
        m := rule.mail_read(m, actor, jsonb_build_object('by', 'certificate', 'who', (select p.name from party p where p.id = actor)));
        delete from mail_file f where f.body = m.body and f.mail = m.id and f.side = 'recipient' and f.size is null;
        perform rule.step('mail', m.body, m.id, 'answer', actor);
        update mail x set answer = coalesce($3 ->> 'text', ''), answered_at = clock_timestamp(), late = clock_timestamp() > x.answer_by
        where x.body = m.body and x.id = m.id returning * into m;
        perform rule.mail_event(m, 'SubmissionAcceptance', 'mail.answered', jsonb_build_object('received', rule.instant(m.answered_at), 'late', m.late, 'documents', rule.mail_files(m, 'recipient')));
        return rule.mail_whole(m, false);
exception
        when check_violation then
                perform rule.refuse('json-malformed', '"text" is at most 50000 characters');
end
$$;

-- ---- files ----

-- Whose file it is: the buyer's while it is a draft, the company's until it has answered.
create function rule.mail_side(actor uuid, subject uuid, out m mail, out side text) language plpgsql as $$
declare
        owner bigint := rule.enter(subject, 'mail');
begin
        side := case when rule.buys(actor, owner) then 'sender' else 'recipient' end;
        m := case when side = 'sender' then rule.mail_buyer(actor, subject) else rule.mail_company(actor, subject) end;
        if m.state <> (case when side = 'sender' then 'draft' else 'read' end) or (side = 'recipient' and m.answer_by is null) then
                perform rule.refuse('mail-closed', format('The message is %s: it takes no files of yours.', m.state));
        end if;
end
$$;

create function api.mail_file_begin(actor uuid, mail uuid, name text, media_type text) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        place record := rule.mail_side(actor, $2);
        m mail := place.m;
        made content := rule.content_begin(m.body, 'document');
begin
        insert into mail_file (body, mail, side, name, media_type, day, content)
        values (m.body, m.id, place.side, $3, coalesce($4, 'application/octet-stream'), made.day, made.id)
        on conflict (body, mail, side, name) do update
        set media_type = excluded.media_type, day = excluded.day, content = excluded.content, size = null, sha256 = null;
        return jsonb_build_object('day', made.day, 'content', made.id);
exception
        when check_violation then
                perform rule.refuse('document-name', format('"%s" (%s) is no name or no media type of a document.', left($3, 100), left($4, 100)));
end
$$;

create function api.mail_file_finish(actor uuid, mail uuid, name text, size bigint, sha256 bytea) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        place record := rule.mail_side(actor, $2);
        m mail := place.m;
        f mail_file;
begin
        update mail_file x set size = $4, sha256 = $5 where x.body = m.body and x.mail = m.id and x.side = place.side and x.name = $3 returning * into f;
        if f.name is null then
                perform rule.refuse('not-found', format('There is no file "%s".', left($3, 100)));
        end if;
        perform rule.content_finish(m.body, f.day, f.content, $4);
        return jsonb_build_object('name', f.name, 'mediaType', f.media_type, 'size', f.size, 'sha256', encode(f.sha256, 'hex'));
end
$$;

-- A file of either side, to either; taking one of the sender's is reading.
create function api.mail_file_open(actor uuid, mail uuid, name text) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        reader party := rule.actor(actor, array['buyer', 'company']);
        owner bigint := rule.enter($2, 'mail');
        buyer boolean := rule.buys(actor, owner);
        m mail := case when buyer then rule.mail_buyer(actor, $2) else rule.mail_company(actor, $2) end;
        f mail_file;
begin
        select * into f from mail_file x where x.body = m.body and x.mail = m.id and x.name = $3 and x.size is not null
                and (x.side = 'sender' or not buyer or rule.mail_answer_shown(m)) order by x.side desc limit 1;
        if f.name is null then
                perform rule.refuse('not-found', format('There is no file "%s".', left($3, 100)));
        end if;
        if not buyer then
                perform rule.mail_read(m, actor, jsonb_build_object('by', 'certificate', 'who', reader.name));
        end if;
        return jsonb_build_object('day', f.day, 'content', f.content, 'size', f.size, 'mediaType', f.media_type, 'name', f.name);
end
$$;

-- ---- lists ----

-- The buyer's for a consultation, newest first.
create function api.mail_list(actor uuid, consultation uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.buyer_consultation(actor, $2);
begin
        return jsonb_build_object('mails', (select coalesce(jsonb_agg(rule.mail_head(m) || jsonb_build_object('readBy', m.read_by, 'answerShown', rule.mail_answer_shown(m)) order by m.made_at desc, m.id), '[]')
                from mail m where m.body = c.body and m.consultation = c.id));
end
$$;

-- A company's, from everybody; heads alone: that is no reading.
create function api.mail_inbox(actor uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        reader party := rule.actor(actor, array['company']);
begin
        perform rule.act_everywhere();
        return jsonb_build_object('mails', (select coalesce(jsonb_agg(rule.mail_head(m) || jsonb_build_object('from', rule.body_json(m.body)) order by m.made_at desc, m.id), '[]')
                from (select * from mail x where x.company = reader.company and x.state <> 'draft' order by x.made_at desc limit 500) m));
end
$$;

-- What nobody read in time: a fact, some at a time.
create function rule.mail_expire() returns int language plpgsql as $$
declare
        m mail;
        done int := 0;
begin
        for m in select * from mail x where x.state in ('sent', 'delivered') and x.expires_at < clock_timestamp() order by x.expires_at limit 20 for update skip locked loop
                perform rule.step('mail', m.body, m.id, 'expire', null);
                update mail x set token = null where x.body = m.body and x.id = m.id;
                perform rule.mail_event(m, 'AcceptanceRejectionExpiry', 'mail.expired', '{}');
                done := done + 1;
        end loop;
        return done;
end
$$;
