-- The documents of a consultation: bytes come in beside what is there and take its place when they are whole.

create function rule.document_json(d document) returns jsonb language plpgsql stable as $$
begin
        return jsonb_strip_nulls(jsonb_build_object('name', d.name, 'mediaType', d.media_type, 'size', d.size, 'sha256', encode(d.sha256, 'hex'),
                'version', d.version, 'put', rule.instant(d.put_at), 'note', d.note));
end
$$;

-- Whose documents may change: a draft's, or a published consultation's, by a correction.
create function rule.document_owner(actor uuid, subject uuid) returns consultation language plpgsql as $$
declare
        buyer party := rule.actor(actor, array['buyer']);
        c consultation := rule.consultation_known(actor, subject);
begin
        if buyer.body <> c.body then
                perform rule.refuse('not-found', format('There is no consultation %s.', subject));
        end if;
        select * into c from consultation x where x.body = c.body and x.id = c.id for update;
        if c.state <> 'draft' and not rule.correctable(c) then
                perform rule.refuse('consultation-published', format('The consultation is %s: its documents no longer change.', c.state));
        end if;
        return c;
end
$$;

-- `note` says what changed; once published, there must be one.
create function api.document_begin(actor uuid, consultation uuid, name text, media_type text, note text default null) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.document_owner(actor, $2);
        made content := rule.content_begin(c.body, 'document');
begin
        if c.state <> 'draft' and coalesce(trim($5), '') = '' then
                perform rule.refuse('correction-reason', 'A document of a published consultation changes with a note that says what changed.');
        end if;
        insert into document_coming (body, consultation, name, media_type, day, content, note)
        values (c.body, c.id, $3, coalesce($4, 'application/octet-stream'), made.day, made.id, nullif(trim($5), ''))
        on conflict (body, consultation, name) do update
        set media_type = excluded.media_type, day = excluded.day, content = excluded.content, note = excluded.note;
        return jsonb_build_object('day', made.day, 'content', made.id);
exception
        when check_violation then
                perform rule.refuse('document-name', format('"%s" (%s) is no name or no media type of a document.', left($3, 100), left($4, 100)));
end
$$;

-- What was there becomes a former version where somebody may have taken it.
create function rule.document_replace(c consultation, coming document_coming, size bigint, sha256 bytea) returns document language plpgsql as $$
declare
        d document;
begin
        if c.state <> 'draft' then
                insert into document_former (body, consultation, name, version, media_type, day, content, size, sha256, put_at, note)
                select x.body, x.consultation, x.name, x.version, x.media_type, x.day, x.content, x.size, x.sha256, x.put_at, x.note
                from document x where x.body = c.body and x.consultation = c.id and x.name = coming.name and x.size is not null;
        end if;
        insert into document as x (body, consultation, name, media_type, day, content, size, sha256, note)
        values (c.body, c.id, coming.name, coming.media_type, coming.day, coming.content, document_replace.size, document_replace.sha256, coming.note)
        on conflict (body, consultation, name) do update
        set media_type = excluded.media_type, day = excluded.day, content = excluded.content, size = excluded.size, sha256 = excluded.sha256, note = excluded.note,
                put_at = clock_timestamp(), version = x.version + case when c.state = 'draft' then 0 else 1 end
        returning * into d;
        return d;
end
$$;

create function api.document_finish(actor uuid, consultation uuid, name text, size bigint, sha256 bytea) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.document_owner(actor, $2);
        coming document_coming;
        d document;
        former text;
begin
        delete from document_coming x where x.body = c.body and x.consultation = c.id and x.name = $3 returning * into coming;
        if coming.name is null then
                perform rule.refuse('not-found', format('There is no document "%s".', left($3, 100)));
        end if;
        perform rule.content_finish(c.body, coming.day, coming.content, $4);
        former := (select encode(x.sha256, 'hex') from document x where x.body = c.body and x.consultation = c.id and x.name = $3);
        d := rule.document_replace(c, coming, $4, $5);
        if c.state = 'draft' then
                return rule.document_json(d);
        end if;
        return rule.document_json(d) || jsonb_build_object('change', rule.correction_record(c, actor, coming.note, jsonb_build_array(jsonb_strip_nulls(
                jsonb_build_object('field', 'document', 'name', d.name, 'before', former, 'after', encode(d.sha256, 'hex'), 'version', d.version)))));
end
$$;

-- Also writes the register of withdrawals; anonymous withdrawal is allowed (annexe 6).
create function rule.document_take(c consultation, d document, actor uuid) returns void language plpgsql as $$
begin
        if c.published_at is not null then
                insert into withdrawal (body, consultation, document, version, party) values (c.body, c.id, d.name, d.version, actor);
        end if;
end
$$;

-- `version` null: the one in use.
create function api.document_open(actor uuid, consultation uuid, name text, token text default null, version int default null) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.consultation_seen(actor, $2, $4);
        d document;
begin
        select * into d from document x where x.body = c.body and x.consultation = c.id and x.name = $3 and x.size is not null;
        if $5 is not null and $5 <> d.version then
                select f.media_type, f.day, f.content, f.size, f.sha256, f.version into d.media_type, d.day, d.content, d.size, d.sha256, d.version
                from document_former f where f.body = c.body and f.consultation = c.id and f.name = $3 and f.version = $5;
                if not found then
                        d.name := null;
                end if;
        end if;
        if d.name is null then
                perform rule.refuse('not-found', format('There is no document "%s".', left($3, 100)));
        end if;
        perform rule.document_take(c, d, actor);
        return jsonb_build_object('day', d.day, 'content', d.content, 'size', d.size, 'mediaType', d.media_type, 'name', d.name, 'sha256', encode(d.sha256, 'hex'));
end
$$;

-- All of them for one archive; each counts as taken.
create function api.document_open_all(actor uuid, consultation uuid, token text default null) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.consultation_seen(actor, $2, $3);
        kept jsonb;
begin
        perform rule.document_take(c, d, actor) from document d where d.body = c.body and d.consultation = c.id and d.size is not null;
        select coalesce(jsonb_agg(jsonb_build_object('day', d.day, 'content', d.content, 'size', d.size, 'name', d.name,
                'at', extract(epoch from d.put_at)::bigint) order by d.name), '[]') into kept
        from document d where d.body = c.body and d.consultation = c.id and d.size is not null;
        if kept = '[]' then
                perform rule.refuse('not-found', 'This consultation has no documents.');
        end if;
        return jsonb_build_object('reference', c.reference, 'documents', kept);
end
$$;

-- Every version of every document, the newest first.
create function api.document_list(actor uuid, consultation uuid, token text default null) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.consultation_seen(actor, $2, $3);
begin
        return jsonb_build_object('documents', (select coalesce(jsonb_agg(rule.document_json(d) || jsonb_build_object('former', (
                        select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('version', f.version, 'mediaType', f.media_type, 'size', f.size, 'sha256', encode(f.sha256, 'hex'),
                                'put', rule.instant(f.put_at), 'replaced', rule.instant(f.replaced_at), 'note', f.note)) order by f.version desc), '[]')
                        from document_former f where f.body = d.body and f.consultation = d.consultation and f.name = d.name)) order by d.name), '[]')
                from document d where d.body = c.body and d.consultation = c.id and d.size is not null));
end
$$;
