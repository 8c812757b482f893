-- Filings (télétransmission des actes). Formats are checked by the programs; numbers, states and the outbox here.

create function rule.filing_own(actor uuid, subject uuid) returns filing language plpgsql as $$
declare
        filer party := rule.actor(actor, array['filer']);
        owner bigint := rule.enter(subject, 'filing');
        kept filing;
begin
        if filer.body = owner then
                select * into kept from filing f where f.body = owner and f.id = subject;
        end if;
        if kept.id is null then
                perform rule.refuse('not-found', format('There is no filing %s.', subject));
        end if;
        return kept;
end
$$;

create function rule.filing_draft(actor uuid, subject uuid) returns filing language plpgsql as $$
declare
        kept filing := rule.filing_own(actor, subject);
begin
        select * into kept from filing f where f.body = kept.body and f.id = kept.id for update;
        if kept.state <> 'draft' then
                perform rule.refuse('filing-closed', format('This filing is %s: it no longer changes.', kept.state));
        end if;
        return kept;
end
$$;

-- The messages that an authority sends: the letter each replies to, how many documents it has, what the State answers.
create type rule.message_form as (message text, letter text, least int, most int, answered boolean, label text);
create function rule.message_form(message text) returns rule.message_form language sql immutable as $$
        select v::rule.message_form from (values
                ('1-1', null, 1, 100, true, 'Acte'),
                ('2-2', '2-1', 1, 1, false, 'Réponse à un courrier simple'),
                ('3-2', '3-1', 0, 0, false, 'Accusé de réception d''une demande de pièces complémentaires'),
                ('3-3', '3-1', 1, 1, true, 'Refus d''envoyer des pièces complémentaires'),
                ('3-4', '3-1', 1, 100, true, 'Pièces complémentaires'),
                ('4-2', '4-1', 0, 0, false, 'Accusé de réception d''une lettre d''observations'),
                ('4-3', '4-1', 1, 1, true, 'Refus de répondre à une lettre d''observations'),
                ('4-4', '4-1', 1, 1, true, 'Réponse à une lettre d''observations'),
                ('6-1', null, 0, 0, true, 'Annulation de la télétransmission'),
                ('7-1', null, 0, 0, true, 'Demande de classification')) v (message, letter, least, most, answered, label)
        where v.message = $1
$$;

-- The files of an answer: the State's message first, then what came with it, with the place of each in the bytes kept.
create function rule.answer_files(a answer) returns jsonb language sql stable as $$
        select coalesce(jsonb_agg(jsonb_build_object('name', x.f ->> 'name', 'mediaType', x.f ->> 'mediaType', 'size', x.f -> 'size') order by x.o), '[]')
        from jsonb_array_elements(a.detail -> 'files') with ordinality as x (f, o)
$$;

create function rule.filing_files(f filing) returns jsonb language sql stable as $$
        select coalesce(jsonb_agg(jsonb_build_object('name', x.name, 'type', x.type, 'mediaType', x.media_type, 'size', x.size,
                'sha256', encode(x.sha256, 'hex'), 'day', x.day, 'content', x.content) order by x.position), '[]')
        from filing_file x where x.body = f.body and x.filing = f.id
$$;

create function rule.filing_steps(f filing) returns jsonb language sql stable as $$
        select jsonb_agg(jsonb_build_object('state', s.to_state, 'at', rule.instant(s.at), 'sentence', l.sentence_fr, 'sentenceEn', l.sentence_en) order by s.number)
        from step s join lifecycle l on (l.kind, l.from_state, l.event) = (s.kind, s.from_state, s.event)
        where s.body = f.body and s.kind = 'filing' and s.subject = f.id
$$;

create function rule.filing_body(f filing) returns jsonb language sql stable as $$
        select jsonb_build_object('siren', left(b.siret, 9), 'siret', b.siret, 'name', b.name, 'department', b.department, 'district', b.district,
                'nature', b.nature, 'mail', b.mail) from body b where b.id = f.body
$$;

-- The acte a message is about.
create function rule.filing_about(f filing) returns jsonb language sql stable as $$
        select jsonb_build_object('id', a.id, 'act', a.act, 'number', a.number, 'object', a.object) from filing a where a.body = f.body and a.id = f.about
$$;

create function rule.filing_messages(f filing) returns jsonb language sql stable as $$
        select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'message', m.message, 'state', m.state, 'letter', m.letter) order by m.created_at, m.id), '[]')
        from filing m where m.body = f.body and m.about = f.id
$$;

create function rule.filing_letters(f filing) returns jsonb language plpgsql stable as $$
begin
        return (select coalesce(jsonb_agg(rule.letter_json(l) order by l.at, l.id), '[]') from letter l where l.body = f.body and l.filing = f.id);
end
$$;

create function rule.filing_json(f filing) returns jsonb language plpgsql stable as $$
begin
        return jsonb_build_object('id', f.id, 'transaction', f.transaction, 'kind', f.kind, 'message', f.message, 'channel', f.channel, 'state', f.state, 'number', f.number, 'date', f.decided,
                'nature', f.nature, 'matter', f.matter, 'object', f.object, 'classification', f.classification, 'previous', f.previous, 'paper', f.paper,
                'public', f.public, 'act', f.act, 'event', f.event, 'checks', f.checks, 'letter', f.letter, 'letterDate', f.letter_date,
                'alerted', rule.instant(f.alerted_at), 'pes', rule.pes_json(f), 'about', rule.filing_about(f), 'body', rule.filing_body(f), 'files', rule.filing_files(f),
                'steps', rule.filing_steps(f), 'messages', rule.filing_messages(f), 'letters', rule.filing_letters(f),
                'answers', (select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'message', a.message, 'at', rule.instant(a.at),
                                'sha256', encode(a.sha256, 'hex'), 'files', rule.answer_files(a), 'detail', a.detail - 'carrier' - 'files') order by a.id), '[]')
                        from answer a where a.body = f.body and a.filing = f.id));
end
$$;

create function rule.filing_fact(f filing) returns jsonb language plpgsql stable as $$
begin
        return (select jsonb_build_object('received', rule.instant(clock_timestamp()), 'act', coalesce(f.act, rule.filing_about(f) ->> 'act'), 'number', f.number,
                        'object', coalesce(f.object, (rule.message_form(f.message)).label), 'message', nullif(f.message, '1-1'), 'letter', f.letter_date, 'documents',
                        (select jsonb_agg(jsonb_build_object('name', x.name, 'mediaType', x.media_type, 'size', x.size, 'kind', x.type, 'sha256', encode(x.sha256, 'hex')) order by x.position)
                         from filing_file x where x.body = f.body and x.filing = f.id)));
end
$$;

-- DDD-SIREN-YYYYMMDD-NUMBER-XX; the date is the decision's.
create function rule.act_id(owner bigint, decided date, number text, nature int) returns text language sql stable as $$
        select concat_ws('-', b.department, left(b.siret, 9), to_char($2, 'YYYYMMDD'), $3, (array['DE', 'AR', 'AI', 'CC', 'BF', 'AU'])[$4])
        from body b where b.id = owner
$$;

create function api.filing_create(actor uuid, filing jsonb, key text) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        input jsonb := $2;
        filer party := rule.actor(actor, array['filer']);
        subject uuid := gen_random_uuid();
        again uuid;
        documents jsonb := rule.member_list(input, 'documents');
        decided date := rule.member_date(input, 'date');
        nature int := (input ->> 'nature')::int;
begin
        perform pg_advisory_xact_lock(hashtextextended('key ' || actor::text || $3, 0)) where $3 is not null;
        again := rule.remembered(actor, 'filing', $3);
        if again is not null then
                return rule.filing_json(rule.filing_own(actor, again));
        end if;
        if jsonb_array_length(documents) not between 1 and 100 then
                perform rule.refuse('json-malformed', '"documents" names the main document, then at most 99 annexes');
        end if;
        insert into filing (body, id, step, state, kind, message, channel, number, decided, nature, matter, object, classification, act, previous, paper, public, party)
        values (filer.body, subject, 1, rule.begin('filing', filer.body, subject, 'create', actor), rule.member_text(input, 'kind'), '1-1', 'actes',
                rule.member_text(input, 'number'), decided, nature, rule.member_text(input, 'matter'), rule.member_text(input, 'object'),
                rule.member_date(input, 'classification'), rule.act_id(filer.body, decided, input ->> 'number', nature),
                input ->> 'previous', input -> 'paper' is not distinct from 'true', input -> 'public' is not distinct from 'true', actor);
        insert into filing_file (body, filing, position, name, type)
        select filer.body, subject, o - 1, f ->> 'name', f ->> 'type' from jsonb_array_elements(documents) with ordinality as l (f, o);
        perform rule.remember(actor, 'filing', $3, subject);
        return (select jsonb_build_object('id', subject, 'transaction', f.transaction, 'act', f.act, 'state', 'draft') from filing f where f.body = filer.body and f.id = subject);
exception
        when unique_violation then
                perform rule.refuse('filing-number-taken', format('Number "%s" is used already, or two documents have one name.', left(input ->> 'number', 40)));
        when check_violation or not_null_violation then
                perform rule.refuse('json-malformed', sqlerrm);
end
$$;

create function api.filing_file_begin(actor uuid, filing uuid, name text, media_type text) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        f filing := rule.filing_draft(actor, $2);
        made content := rule.content_begin(f.body, 'filing');
begin
        update filing_file x set media_type = coalesce($4, 'application/octet-stream'), day = made.day, content = made.id, size = null, sha256 = null
        where x.body = f.body and x.filing = f.id and x.name = $3;
        if not found then
                perform rule.refuse('filing-file-unknown', format('The filing announces no document "%s".', left($3, 100)));
        end if;
        return jsonb_build_object('day', made.day, 'content', made.id);
end
$$;

create function api.filing_file_finish(actor uuid, filing uuid, name text, size bigint, sha256 bytea) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        f filing := rule.filing_draft(actor, $2);
        kept filing_file;
begin
        update filing_file x set size = $4, sha256 = $5 where x.body = f.body and x.filing = f.id and x.name = $3 and x.content is not null returning * into kept;
        if kept.name is null then
                perform rule.refuse('filing-file-unknown', format('The filing announces no document "%s".', left($3, 100)));
        end if;
        perform rule.content_finish(f.body, kept.day, kept.content, $4);
        return jsonb_build_object('name', kept.name, 'type', kept.type, 'mediaType', kept.media_type, 'size', kept.size, 'sha256', encode(kept.sha256, 'hex'));
end
$$;

create function api.filing_show(actor uuid, filing uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
begin
        return rule.filing_json(rule.filing_own(actor, $2));
end
$$;

-- Accepted: the event and the outbox row are one transaction. Submitted twice, it answers the same.
create function api.filing_submit(actor uuid, filing uuid, checks jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        f filing := rule.filing_own(actor, $2);
        missing jsonb;
        receipt bigint;
begin
        perform from filing x where x.body = f.body and x.id = f.id for update;
        select * into f from filing x where x.body = f.body and x.id = f.id;
        if f.event is not null and f.state <> 'rejected' then
                return rule.filing_json(f);
        end if;
        select jsonb_agg(x.name order by x.position) into missing from filing_file x where x.body = f.body and x.filing = f.id and x.size is null;
        if missing is not null then
                perform rule.refuse('filing-incomplete', missing::text);
        end if;
        perform rule.step('filing', f.body, f.id, 'submit', actor);
        perform rule.message_submitted(f, actor);
        receipt := rule.append(row(f.body, 'SubmissionAcceptance', 'filing.submitted', f.channel, 'filing', f.id::text, actor), rule.filing_fact(f));
        update filing x set event = receipt, checks = $3 where x.body = f.body and x.id = f.id returning * into f;
        insert into outbox (body, filing, channel) values (f.body, f.id, f.channel);
        perform pg_notify('outbox', f.channel);
        return rule.filing_json(f);
end
$$;

create function api.filing_refuse(actor uuid, filing uuid, problem jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        f filing := rule.filing_draft(actor, $2);
        receipt bigint;
begin
        perform rule.step('filing', f.body, f.id, 'reject', actor);
        receipt := rule.append(row(f.body, 'SubmissionRejection', 'filing.rejected', f.channel, 'filing', f.id::text, actor),
                rule.filing_fact(f) || jsonb_build_object('reasons', jsonb_build_array(jsonb_build_object('code', $3 ->> 'code',
                        'text', coalesce($3 ->> 'detail', $3 ->> 'title')))));
        update filing x set event = receipt, checks = $3 where x.body = f.body and x.id = f.id returning * into f;
        return rule.filing_json(f);
end
$$;
