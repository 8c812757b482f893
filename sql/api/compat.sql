-- S²LOW's words for our things: numbers of transactions and files, codes of states, so that software written for it
-- goes on with another host name.

create function rule.s2low_status(f filing) returns int language sql immutable as $$
        select case f.state when 'draft' then 17 when 'submitted' then 2 when 'sending' then 2 when 'cancelled' then 0 when 'cancelling' then 4
                when 'sent' then case when left(f.message, 1) in ('2', '3', '4') then 9 else 3 end
                when 'acknowledged' then case when left(f.message, 1) in ('3', '4') then 11 else 4 end
                when 'refused' then case when f.kind = 'pes' then 6 else -1 end else -1 end
$$;
create function rule.s2low_letter_status(l letter) returns int language sql immutable as $$
        select case when l.message in ('2-1', '5-1') then 21 when l.state = 'received' then 7 else 8 end
$$;

-- The filing or letter of that number, if it is the caller's.
create function api.transaction_find(actor uuid, number bigint) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_variable
declare
        filer party := rule.actor(actor, array['filer']);
        f filing;
        l letter;
        about filing;
begin
        perform rule.act(filer.body);
        select * into f from filing x where x.body = filer.body and x.transaction = number;
        if f.id is not null then
                return rule.filing_json(f) || jsonb_build_object('type', 'filing', 'transaction', f.transaction, 'status', rule.s2low_status(f), 'messages',
                        (select coalesce(jsonb_agg(jsonb_build_object('message', m.message, 'status', rule.s2low_status(m), 'transaction', m.transaction) order by m.transaction), '[]')
                         from filing m where m.body = f.body and m.about = f.id), 'letters',
                        (select coalesce(jsonb_agg(jsonb_build_object('message', m.message, 'status', rule.s2low_letter_status(m), 'transaction', m.transaction) order by m.transaction), '[]')
                         from letter m where m.body = f.body and m.filing = f.id), 'numbers',
                        (select coalesce(jsonb_object_agg(x.name, x.number), '{}') from filing_file x where x.body = f.body and x.filing = f.id));
        end if;
        select * into l from letter x where x.body = filer.body and x.transaction = number;
        if l.id is null then
                perform rule.refuse('not-found', format('There is no transaction %s.', number));
        end if;
        select * into about from filing x where x.body = l.body and x.id = l.filing;
        return rule.letter_json(l) || jsonb_build_object('type', 'letter', 'transaction', l.transaction, 'status', rule.s2low_letter_status(l),
                'related', about.transaction);
end
$$;

-- The State's last message of that kind, or of any, as it came: what get_status repeats.
create function api.answer_message(actor uuid, filing uuid, message text) returns bytea
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        f filing := rule.filing_own(actor, $2);
begin
        return (select substring(a.content from 1 for coalesce((a.detail -> 'files' -> 0 ->> 'size')::int, length(a.content)))
                from answer a where a.body = f.body and a.filing = f.id and ($3 is null or a.message = $3) order by a.id desc limit 1);
end
$$;

create function api.file_find(actor uuid, number bigint) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_variable
declare
        filer party := rule.actor(actor, array['filer']);
        kept filing_file;
begin
        perform rule.act(filer.body);
        select * into kept from filing_file x where x.body = filer.body and x.number = number and x.size is not null;
        if kept.name is null then
                perform rule.refuse('not-found', format('There is no file %s.', number));
        end if;
        return jsonb_build_object('filing', kept.filing, 'day', kept.day, 'content', kept.content, 'size', kept.size, 'mediaType', kept.media_type, 'name', kept.name);
end
$$;

-- Letters that this body's software has not marked as read.
create function api.letters_unread(actor uuid) returns jsonb language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        filer party := rule.actor(actor, array['filer']);
begin
        perform rule.act(filer.body);
        return (select coalesce(jsonb_agg(jsonb_build_object('id', l.transaction, 'type', left(l.message, 1), 'related_transaction_id', f.transaction, 'number', f.number,
                        'unique_id', f.act, 'last_status_id', rule.s2low_letter_status(l)) order by l.transaction), '[]')
                from (select * from letter x where x.body = filer.body and x.read_at is null order by x.transaction limit 1000) l join filing f on f.body = l.body and f.id = l.filing);
end
$$;
create function api.letter_read(actor uuid, number bigint) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_variable
declare
        filer party := rule.actor(actor, array['filer']);
begin
        perform rule.act(filer.body);
        update letter l set read_at = coalesce(l.read_at, clock_timestamp()) where l.body = filer.body and l.transaction = number;
        if not found then
                perform rule.refuse('not-found', format('There is no transaction %s.', number));
        end if;
        return jsonb_build_object('read', true);
end
$$;

-- Where a form's bytes lie until they are taken apart.
create function api.form_begin(actor uuid) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        filer party := rule.actor(actor, array['filer']);
        made content;
begin
        perform rule.act(filer.body);
        made := rule.content_begin(filer.body, 'filing');
        return jsonb_build_object('day', made.day, 'content', made.id);
end
$$;
create function api.form_drop(actor uuid, day date, content bigint) returns void language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_variable
declare
        filer party := rule.actor(actor, array['filer']);
begin
        perform rule.act(filer.body);
        if not exists (select from filing_file x where x.body = filer.body and x.day = day and x.content = content) then
                perform rule.content_drop(filer.body, day, content);
        end if;
end
$$;

-- A document that came otherwise than by its own PUT: its bytes lie where the form was taken apart.
create function api.filing_file_attach(actor uuid, filing uuid, name text, file jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        f filing := rule.filing_draft(actor, $2);
        at date := ($4 ->> 'day')::date;
        place bigint := ($4 ->> 'content')::bigint;
        length bigint := ($4 ->> 'size')::bigint;
begin
        perform rule.content_finish(f.body, at, place, length);
        update filing_file x set media_type = $4 ->> 'mediaType', day = at, content = place, size = length, sha256 = decode($4 ->> 'sha256', 'hex')
        where x.body = f.body and x.filing = f.id and x.name = $3;
        if not found then
                perform rule.refuse('filing-file-unknown', format('The filing announces no document "%s".', left($3, 100)));
        end if;
        return jsonb_build_object('name', $3);
end
$$;
