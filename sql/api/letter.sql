-- The prefecture's letters about actes, and the messages that an authority sends after the acte itself: replies,
-- receipts of letters (which the gateway sends by itself), cancellations.

create function rule.letter_json(l letter) returns jsonb language sql stable as $$
        select jsonb_strip_nulls(jsonb_build_object('id', l.id, 'message', l.message, 'state', l.state, 'date', l.dated, 'text', l.text, 'answer', l.answer,
                'at', rule.instant(l.at), 'filing', l.filing, 'act', f.act, 'object', f.object, 'files', rule.answer_files(a)))
        from filing f left join answer a on a.body = l.body and a.id = l.answer where f.body = l.body and f.id = l.filing
$$;

create function rule.letter_own(actor uuid, subject uuid) returns letter language plpgsql as $$
declare
        filer party := rule.actor(actor, array['filer']);
        owner bigint := rule.enter(subject, 'letter');
        kept letter;
begin
        if filer.body = owner then
                select * into kept from letter l where l.body = owner and l.id = subject;
        end if;
        if kept.id is null then
                perform rule.refuse('not-found', format('There is no letter %s.', subject));
        end if;
        return kept;
end
$$;

-- A message about an acte or, for the classification, about nothing.
create function rule.message_insert(owner bigint, event text, message text, acte filing, l letter, actor uuid, filer uuid) returns filing language plpgsql as $$
#variable_conflict use_variable
declare
        subject uuid := gen_random_uuid();
        made filing;
begin
        insert into filing (body, id, step, state, kind, message, channel, about, letter, letter_date, party)
        values (owner, subject, 1, rule.begin('filing', owner, subject, event, actor), 'message', message, 'actes', acte.id, l.id, l.dated, filer)
        returning * into made;
        return made;
end
$$;

-- Said by the gateway itself or by one call: fact and outbox row at once.
create function rule.message_send(f filing, actor uuid) returns filing language plpgsql as $$
declare
        receipt bigint := rule.append(row(f.body, 'SubmissionAcceptance', 'filing.submitted', f.channel, 'filing', f.id::text, f.party), rule.filing_fact(f));
begin
        update filing x set event = receipt where x.body = f.body and x.id = f.id returning * into f;
        insert into outbox (body, filing, channel) values (f.body, f.id, f.channel);
        perform pg_notify('outbox', f.channel);
        return f;
end
$$;

-- What a submission makes of the letter it replies to.
create function rule.message_submitted(f filing, actor uuid) returns void language plpgsql as $$
begin
        if f.letter is not null then
                perform rule.step('letter', f.body, f.letter, 'reply', actor);
        end if;
end
$$;

-- What it means for the acte and the letter that the State took a message, or will never have it.
create function rule.message_sent(f filing) returns void language plpgsql as $$
begin
        if f.message in ('3-2', '4-2') then
                perform rule.step('letter', f.body, f.letter, 'acknowledge', null) from letter l
                where l.body = f.body and l.id = f.letter and l.state in ('received', 'replied');
        end if;
end
$$;
create function rule.message_lost(f filing) returns void language plpgsql as $$
begin
        if f.message = '6-1' and exists (select from filing a where a.body = f.body and a.id = f.about and a.state = 'cancelling') then
                perform rule.step('filing', f.body, f.about, 'keep', null);
        end if;
end
$$;

-- A letter has come: kept, and acknowledged by the gateway itself where the norm wants it (3-2, 4-2).
create function rule.letter_receive(f filing, message text, answer jsonb) returns letter language plpgsql as $$
#variable_conflict use_variable
declare
        subject uuid := gen_random_uuid();
        receipt text := case message when '3-1' then '3-2' when '4-1' then '4-2' end;
        made letter;
begin
        insert into letter (body, id, step, state, filing, message, dated, text)
        values (f.body, subject, 1, rule.begin('letter', f.body, subject, 'receive', null), f.id, message,
                coalesce((answer ->> 'letter')::date, (answer ->> 'at')::date, (clock_timestamp() at time zone 'Europe/Paris')::date), answer ->> 'text')
        returning * into made;
        if receipt is not null then
                perform rule.message_send(rule.message_insert(f.body, 'answer', receipt, f, made, null, f.party), null);
        end if;
        return made;
end
$$;

-- The State has our reply (3-5, 4-5): the last one to a letter of that date which waits for this.
create function rule.reply_settle(f filing, message text, answer jsonb) returns void language plpgsql as $$
#variable_conflict use_variable
declare
        reply filing;
begin
        select m.* into reply from filing m where m.body = f.body and m.about = f.id and left(m.message, 1) = left(message, 1)
                and (rule.message_form(m.message)).answered and m.letter_date = (answer ->> 'letter')::date and m.state in ('submitted', 'sending', 'sent')
        order by m.created_at limit 1 for update;
        if reply.id is not null then
                perform rule.filing_arrived(reply, 'acknowledge');
                perform rule.step('letter', reply.body, reply.letter, 'settle', null) from letter l
                where l.body = reply.body and l.id = reply.letter and l.state = 'replied';
        end if;
end
$$;

-- ---- for the authority ----

-- A reply, as a draft: {"message": "3-4", "documents": [{"name", "type"}]}.
create function api.reply_create(actor uuid, letter uuid, reply jsonb, key text) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        l letter := rule.letter_own(actor, $2);
        form rule.message_form := rule.message_form(rule.member_text($3, 'message'));
        documents jsonb := rule.member_list($3, 'documents');
        again uuid;
        f filing;
begin
        perform pg_advisory_xact_lock(hashtextextended('key ' || actor::text || $4, 0)) where $4 is not null;
        again := rule.remembered(actor, 'filing', $4);
        if again is not null then
                return rule.filing_json(rule.filing_own(actor, again));
        end if;
        if form.letter is distinct from l.message or form.most = 0 then
                perform rule.refuse('reply-unfit', format('A letter %s is not replied to by %s.', l.message, left($3 ->> 'message', 10)));
        end if;
        if jsonb_array_length(documents) not between form.least and form.most then
                perform rule.refuse('json-malformed', format('"documents" of a %s names %s to %s files', form.message, form.least, form.most));
        end if;
        select x.* into f from filing x where x.body = l.body and x.id = l.filing;
        f := rule.message_insert(l.body, 'create', form.message, f, l, actor, actor);
        insert into filing_file (body, filing, position, name, type)
        select f.body, f.id, o - 1, d ->> 'name', d ->> 'type' from jsonb_array_elements(documents) with ordinality as x (d, o);
        perform rule.remember(actor, 'filing', $4, f.id);
        return rule.filing_json(f);
exception
        when unique_violation or check_violation or not_null_violation then
                perform rule.refuse('json-malformed', sqlerrm);
end
$$;

-- Asks the State to cancel an acte it has acknowledged (6-1). Asked again, it answers the same.
create function api.filing_cancel(actor uuid, filing uuid) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        f filing := rule.filing_own(actor, $2);
        made filing;
begin
        select * into f from filing x where x.body = f.body and x.id = f.id for update;
        if f.kind <> 'acte' then
                perform rule.refuse('step-refused', 'Only an acte can be cancelled.');
        elsif f.state = 'cancelling' then
                select x.* into made from filing x where x.body = f.body and x.about = f.id and x.message = '6-1' order by x.created_at desc limit 1;
                return rule.filing_json(made);
        end if;
        perform rule.step('filing', f.body, f.id, 'ask-cancel', actor);
        made := rule.message_insert(f.body, 'answer', '6-1', f, null, actor, actor);
        return rule.filing_json(rule.message_send(made, actor));
end
$$;

create function api.letter_show(actor uuid, letter uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        l letter := rule.letter_own(actor, $2);
begin
        return rule.letter_json(l) || jsonb_build_object('replies', (select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'message', m.message,
                'state', m.state) order by m.created_at, m.id), '[]') from filing m where m.body = l.body and m.letter = l.id),
                'steps', (select jsonb_agg(jsonb_build_object('state', s.to_state, 'at', rule.instant(s.at), 'sentence', c.sentence_fr, 'sentenceEn', c.sentence_en) order by s.number)
                        from step s join lifecycle c on (c.kind, c.from_state, c.event) = (s.kind, s.from_state, s.event)
                        where s.body = l.body and s.kind = 'letter' and s.subject = l.id));
end
$$;

-- Newest first; `after` is the last id of the page before.
create function api.letter_list(actor uuid, state text, after uuid, most int) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        filer party := rule.actor(actor, array['filer']);
        last letter;
        page jsonb;
begin
        perform rule.act(filer.body);
        select * into last from letter l where l.body = filer.body and l.id = $3;
        select jsonb_agg(rule.letter_json(x)) into page from (select * from letter l where l.body = filer.body and ($2 is null or l.state = $2)
                and (last.id is null or (l.at, l.id) < (last.at, last.id)) order by l.at desc, l.id desc limit least(greatest(coalesce($4, 50), 1), 200)) x;
        return jsonb_build_object('letters', coalesce(page, '[]'), 'next', page -> -1 -> 'id');
end
$$;

-- The bytes of one file of an answer. The State's message is file 0.
create function api.answer_file(actor uuid, filing uuid, answer bigint, number int) returns bytea
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        f filing := rule.filing_own(actor, $2);
        a answer;
        files jsonb;
        place bigint;
begin
        select * into a from answer x where x.body = f.body and x.filing = f.id and x.id = $3;
        files := coalesce(a.detail -> 'files', jsonb_build_array(jsonb_build_object('name', a.message || '.xml', 'mediaType', 'application/xml', 'size', length(a.content))));
        if a.id is null or $4 not between 0 and jsonb_array_length(files) - 1 then
                perform rule.refuse('not-found', format('There is no file %s of an answer %s.', $4, $3));
        end if;
        select coalesce(sum((x.f ->> 'size')::bigint), 0) into place from jsonb_array_elements(files) with ordinality as x (f, o) where x.o <= $4;
        return substring(a.content from place::int + 1 for (files -> $4 ->> 'size')::int);
end
$$;
