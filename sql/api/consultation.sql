-- Consultations.

-- A consultation the actor may see: published, or a draft of its own body.
create function rule.consultation_seen(actor uuid, subject uuid) returns consultation language plpgsql as $$
declare
        owner bigint := rule.enter(subject, 'consultation');
        kept consultation;
begin
        select * into kept from consultation c where c.body = owner and c.id = subject;
        if kept.state = 'draft' and not exists (
                select from party p where p.id = actor and p.body = owner and 'buyer' = any (p.roles) and p.disabled_at is null) then
                perform rule.refuse('not-found', format('There is no consultation %s.', subject));
        end if;
        return kept;
end
$$;

-- A draft that the actor, a buyer of its body, may still change. Locked.
create function rule.consultation_draft(actor uuid, subject uuid) returns consultation language plpgsql as $$
declare
        buyer party := rule.actor(actor, array['buyer']);
        owner bigint := rule.enter(subject, 'consultation');
        kept consultation;
begin
        if buyer.body <> owner then
                perform rule.refuse('not-found', format('There is no consultation %s.', subject));
        end if;
        select * into kept from consultation c where c.body = owner and c.id = subject for update;
        if kept.state <> 'draft' then
                perform rule.refuse('consultation-published', 'A published consultation no longer changes.');
        end if;
        return kept;
end
$$;

create function rule.consultation_json(c consultation) returns jsonb language plpgsql stable as $$
begin
        return (select jsonb_build_object('id', c.id, 'reference', c.reference, 'title', c.title, 'object', c.object, 'procedure', c.procedure,
                        'state', c.state, 'body', rule.body_json(c.body), 'published', rule.instant(c.published_at), 'deadline', rule.instant(c.deadline),
                        'now', rule.instant(clock_timestamp()), 'quorum', c.quorum, 'envelopes', to_jsonb(c.envelopes))
                || case when c.rehearsal then '{"rehearsal": true}'::jsonb else '{}' end
                || case when c.candidatures_first then '{"candidaturesFirst": true}'::jsonb else '{}' end);
end
$$;

-- What an event says of the consultation (annexe 7 art. 2-III).
create function rule.consultation_fact(c consultation) returns jsonb language sql stable as $$
        select jsonb_build_object('id', c.id, 'reference', c.reference, 'title', c.title, 'object', c.object, 'deadline', rule.instant(c.deadline))
$$;

create function rule.consultation_whole(c consultation) returns jsonb language plpgsql stable as $$
begin
        return (select rule.consultation_json(c) || jsonb_build_object(
                        'lots', coalesce((select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('number', l.number, 'title', l.title, 'envelopes', to_jsonb(l.envelopes))) order by l.number)
                                from consultation_lot l where l.body = c.body and l.consultation = c.id), '[]'),
                        'members', coalesce((select jsonb_agg(jsonb_build_object('x', m.x, 'name', p.name, 'certificate', rule.base64(p.certificate),
                                'sha256', encode(p.certificate_sha256, 'hex'))
                                || case when q.id is null then '{}'::jsonb else jsonb_build_object('substitute', jsonb_build_object('name', q.name,
                                'certificate', rule.base64(q.certificate), 'sha256', encode(q.certificate_sha256, 'hex'))) end order by m.x)
                                from consultation_member m join party p on p.id = m.party left join party q on q.id = m.substitute where m.body = c.body and m.consultation = c.id), '[]'),
                        'documents', coalesce((select jsonb_agg(jsonb_build_object('name', d.name, 'mediaType', d.media_type, 'size', d.size,
                                'sha256', encode(d.sha256, 'hex')) order by d.name)
                                from document d where d.body = c.body and d.consultation = c.id and d.size is not null), '[]')));
end
$$;

-- Who is to sit on a commission: enrolled as a member, and known to hold his key.
create function rule.member_party(member jsonb, x int) returns uuid language plpgsql as $$
declare
        digest bytea := coalesce(decode(member ->> 'sha256', 'hex'), sha256(decode(member ->> 'certificate', 'base64')));
        holder party;
begin
        select * into holder from party p where p.certificate_sha256 = digest and 'member' = any (p.roles) and p.disabled_at is null;
        if holder.id is null then
                perform rule.refuse('consultation-members', format('Member %s is not enrolled with the role member.', x));
        elsif not rule.key_proven(holder.id) then
                perform rule.refuse('key-unproven', format('%s (member %s) has not shown that he holds the key of this certificate.', holder.name, x));
        end if;
        return holder.id;
end
$$;

-- The commission, in the order given: member n holds the shares of x = n; a substitute holds the same ones.
create function rule.members_add(owner bigint, subject uuid, members jsonb) returns void language plpgsql as $$
declare
        member jsonb;
        x int := 0;
begin
        if jsonb_array_length(members) not between 1 and 16 then
                perform rule.refuse('consultation-members', 'A commission has 1 to 16 members.');
        end if;
        for member in select value from jsonb_array_elements(members) loop
                x := x + 1;
                insert into consultation_member (body, consultation, x, party, substitute) values (owner, subject, x, rule.member_party(member, x),
                        case when jsonb_typeof(member -> 'substitute') = 'object' then rule.member_party(member -> 'substitute', x) end)
                on conflict do nothing;
                if not found then
                        perform rule.refuse('consultation-members', format('Member %s is named twice.', x));
                end if;
        end loop;
        if exists (select from consultation_member m join consultation_member s on s.body = m.body and s.consultation = m.consultation and s.substitute = m.party
                   where m.body = owner and m.consultation = subject) then
                perform rule.refuse('consultation-members', 'A substitute has a seat of its own: it would count twice.');
        end if;
end
$$;

create function api.consultation_create(actor uuid, consultation jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        input jsonb := $2;
        buyer party := rule.actor(actor, array['buyer']);
        subject uuid := gen_random_uuid();
        made consultation;
        kinds text[] := array(select jsonb_array_elements_text(rule.member_list(input, 'envelopes')));
        members jsonb := rule.member_list(input, 'members');
        quorum int := coalesce((input ->> 'quorum')::int, 2);
begin
        if quorum > jsonb_array_length(members) then
                perform rule.refuse('consultation-members', format('A quorum of %s needs as many members.', quorum));
        end if;
        insert into consultation (body, id, step, state, reference, title, object, procedure, deadline, quorum, envelopes, created_by, rehearsal, candidatures_first)
        values (buyer.body, subject, 1, rule.begin('consultation', buyer.body, subject, 'create', actor), rule.member_text(input, 'reference'),
                rule.member_text(input, 'title'), rule.member_text(input, 'object'), coalesce(input ->> 'procedure', 'MAPA'),
                rule.member_instant(input, 'deadline'), quorum, case when cardinality(kinds) > 0 then kinds else array['offre'] end, actor,
                coalesce(input -> 'rehearsal' = 'true', false), coalesce(input -> 'candidaturesFirst' = 'true', false))
        returning * into made;
        insert into consultation_lot (body, consultation, number, title, envelopes)
        select made.body, subject, l ->> 'number', l ->> 'title',
                case when l ? 'envelopes' then array(select jsonb_array_elements_text(rule.member_list(l, 'envelopes'))) end
        from jsonb_array_elements(rule.member_list(input, 'lots')) l;
        perform rule.members_add(made.body, subject, members);
        return rule.consultation_whole(made);
exception
        when unique_violation then
                perform rule.refuse('consultation-reference-taken', 'This reference (or a lot number) is used twice.');
        when check_violation or not_null_violation then
                perform rule.refuse('json-malformed', sqlerrm);
end
$$;

create function api.document_begin(actor uuid, consultation uuid, name text, media_type text) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        draft consultation := rule.consultation_draft(actor, $2);
        made content := rule.content_begin(draft.body, 'document');
begin
        insert into document (body, consultation, name, media_type, day, content)
        values (draft.body, draft.id, $3, coalesce($4, 'application/octet-stream'), made.day, made.id)
        on conflict (body, consultation, name) do update
        set media_type = excluded.media_type, day = excluded.day, content = excluded.content, size = null, sha256 = null;
        return jsonb_build_object('day', made.day, 'content', made.id);
exception
        when check_violation then
                perform rule.refuse('document-name', format('"%s" (%s) is no name or no media type of a document.', left($3, 100), left($4, 100)));
end
$$;

create function api.document_finish(actor uuid, consultation uuid, name text, size bigint, sha256 bytea) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        draft consultation := rule.consultation_draft(actor, $2);
        kept document;
begin
        update document d set size = $4, sha256 = $5 where d.body = draft.body and d.consultation = draft.id and d.name = $3 returning * into kept;
        if kept.name is null then
                perform rule.refuse('not-found', format('There is no document "%s".', left($3, 100)));
        end if;
        perform rule.content_finish(draft.body, kept.day, kept.content, $4);
        return jsonb_build_object('name', kept.name, 'mediaType', kept.media_type, 'size', kept.size, 'sha256', encode(kept.sha256, 'hex'));
end
$$;

create function api.consultation_publish(actor uuid, consultation uuid) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        draft consultation := rule.consultation_draft(actor, $2);
        warnings jsonb;
begin
        if draft.deadline <= clock_timestamp() then
                perform rule.refuse('consultation-deadline', format('The deadline %s is over; it is %s.', rule.instant(draft.deadline), rule.instant(clock_timestamp())));
        end if;
        warnings := rule.trial_check(draft);
        perform rule.step('consultation', draft.body, draft.id, 'publish', actor);
        update consultation c set published_at = clock_timestamp() where c.body = draft.body and c.id = draft.id returning * into draft;
        perform rule.append(row(draft.body, 'urn:pli:event:ConsultationPublished', 'consultation.published', 'procurement', 'consultation', draft.id::text, actor),
                jsonb_build_object('consultation', rule.consultation_fact(draft),
                        'documents', (rule.consultation_whole(draft) -> 'documents'), 'reasons', nullif(warnings, '[]')));
        return rule.consultation_whole(draft) || jsonb_build_object('warnings', warnings);
end
$$;

-- Newest first; `after` is the last page's "next".
create function api.consultation_list(search text, after text, lim int) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        pattern text := '%' || replace(replace(replace(coalesce(search, ''), '\', '\\'), '%', '\%'), '_', '\_') || '%';
        most int := least(greatest(coalesce(lim, 50), 1), 200);
        last_at timestamptz;
        last_id uuid;
        page jsonb;
begin
        perform rule.act_everywhere();
        if coalesce(after, '') <> '' then
                last_at := split_part(after, '/', 1)::timestamptz;
                last_id := split_part(after, '/', 2)::uuid;
        end if;
        select jsonb_agg(rule.consultation_json(c) order by c.published_at desc, c.id desc) into page
        from (select * from consultation c
              where c.published_at is not null and not c.rehearsal and (last_at is null or (c.published_at, c.id) < (last_at, last_id))
                and (c.title ilike pattern or c.object ilike pattern or c.reference ilike pattern)
              order by c.published_at desc, c.id desc limit most) c;
        return jsonb_build_object('consultations', coalesce(page, '[]'),
                'next', case when jsonb_array_length(page) = most then (page -> -1 ->> 'published') || '/' || (page -> -1 ->> 'id') end);
end
$$;

create function api.consultation_show(actor uuid, consultation uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
begin
        return rule.consultation_whole(rule.consultation_seen(actor, $2));
end
$$;

-- Also writes the register of withdrawals; anonymous withdrawal is allowed.
create function api.document_open(actor uuid, consultation uuid, name text) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        seen consultation := rule.consultation_seen(actor, $2);
        kept document;
begin
        select * into kept from document d where d.body = seen.body and d.consultation = seen.id and d.name = $3 and d.size is not null;
        if kept.name is null then
                perform rule.refuse('not-found', format('There is no document "%s".', left($3, 100)));
        end if;
        if seen.state <> 'draft' then
                insert into withdrawal (body, consultation, document, party) values (seen.body, seen.id, kept.name, actor);
        end if;
        return jsonb_build_object('day', kept.day, 'content', kept.content, 'size', kept.size, 'mediaType', kept.media_type, 'name', kept.name);
end
$$;
