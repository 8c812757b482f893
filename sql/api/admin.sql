-- What pliadm does.

create function api.body_enrol(body jsonb) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        kept bigint;
begin
        insert into body as b (siret, name, department, district, nature, mail)
        values (rule.member_text($1, 'siret'), rule.member_text($1, 'name'), rule.member_text($1, 'department'), coalesce($1 ->> 'district', '1'),
                coalesce($1 ->> 'nature', '31'), $1 ->> 'mail')
        on conflict (siret) do update
        set name = excluded.name, department = excluded.department, district = excluded.district, nature = excluded.nature, mail = excluded.mail
        returning b.id into kept;
        return jsonb_build_object('id', kept, 'siret', $1 ->> 'siret');
exception
        when check_violation then
                perform rule.refuse('json-malformed', sqlerrm);
end
$$;

-- Enrolling a certificate again changes what its holder may do.
create function api.party_enrol(party jsonb) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        owner bigint;
        kept party;
begin
        if $1 ->> 'body' is not null then
                select b.id into owner from body b where b.siret = $1 ->> 'body';
                if owner is null then
                        perform rule.refuse('not-found', format('No body has the SIRET %s.', $1 ->> 'body'));
                end if;
        end if;
        insert into party (name, organisation, siret, body, roles, channels, departments, certificate)
        values (rule.member_text($1, 'name'), coalesce($1 ->> 'organisation', $1 ->> 'name'), $1 ->> 'siret', owner,
                array(select jsonb_array_elements_text(rule.member_list($1, 'roles'))), array(select jsonb_array_elements_text(rule.member_list($1, 'channels'))),
                case when $1 ? 'departments' then array(select jsonb_array_elements_text(rule.member_list($1, 'departments'))) end,
                decode(rule.member_text($1, 'certificate'), 'base64'))
        on conflict (certificate_sha256) do update
        set name = excluded.name, organisation = excluded.organisation, siret = excluded.siret, body = excluded.body, roles = excluded.roles,
                channels = excluded.channels, departments = excluded.departments, disabled_at = null
        returning * into kept;
        -- pliadm has checked that the request is signed by the certificate's key.
        if $1 ? 'request' then
                perform rule.key_prove(kept.id, 'request', decode(rule.member_text($1, 'request'), 'hex'));
        end if;
        return jsonb_build_object('id', kept.id, 'sha256', encode(kept.certificate_sha256, 'hex'), 'proven', exists (select from key_proof k where k.party = kept.id));
exception
        when check_violation then
                perform rule.refuse('json-malformed', sqlerrm);
end
$$;

create function api.party_disable(party jsonb) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        kept uuid;
begin
        update party p set disabled_at = clock_timestamp()
        where p.certificate_sha256 = sha256(decode(rule.member_text($1, 'certificate'), 'base64')) returning p.id into kept;
        if kept is null then
                perform rule.refuse('not-found', 'No party has this certificate.');
        end if;
        return jsonb_build_object('id', kept);
end
$$;

create function api.party_list() returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'organisation', p.organisation, 'siret', p.siret, 'body', b.siret, 'roles', to_jsonb(p.roles),
                'channels', to_jsonb(p.channels), 'sha256', encode(p.certificate_sha256, 'hex'), 'disabled', p.disabled_at is not null) order by p.organisation, p.name), '[]')
        from party p left join body b on b.id = p.body
$$;

create function api.outbox_list() returns jsonb language plpgsql stable security definer set search_path = pli, pg_temp as $$
begin
        perform rule.act_everywhere();
        return (select coalesce(jsonb_agg(jsonb_build_object('item', o.item, 'channel', o.channel, 'body', b.siret, 'filing', o.filing, 'number', f.number, 'state', o.state,
                        'attempt', o.attempt, 'queued', rule.instant(o.queued_at), 'due', rule.instant(o.due_at), 'detail', o.detail) order by o.item), '[]')
                from outbox o join body b on b.id = o.body join filing f on f.body = o.body and f.id = o.filing where o.state <> 'done');
end
$$;

-- The first column of an event that does not say what its text says; the text is what the leaf commits to.
create function rule.event_differs(e event) returns text language plpgsql stable as $$
declare
        said jsonb := e.text::jsonb;
begin
        return case
        when e.name is distinct from said ->> 'event' then 'name'
        when e.fact is distinct from said ->> 'fact' then 'fact'
        when rule.instant(e.at) is distinct from said ->> 'at' then 'at'
        when e.channel is distinct from said ->> 'channel' then 'channel'
        when e.subject_type is distinct from said #>> '{subject,type}' or e.subject is distinct from said #>> '{subject,id}' then 'subject'
        when (select b.siret from body b where b.id = e.body) is distinct from said #>> '{body,siret}' then 'body'
        when (select encode(p.certificate_sha256, 'hex') from party p where p.id = e.party) is distinct from said #>> '{depositor,certificate}' then 'party'
        end;
exception
        when others then
                return 'text';
end
$$;

-- For the audit: leaves with the events they commit to; nodes; checkpoints.
create function api.journal_rows(after bigint, lim int) returns jsonb language plpgsql stable security definer set search_path = pli, pg_temp as $$
begin
        perform rule.act_everywhere();
        return (select coalesce(jsonb_agg(jsonb_build_object('index', j.index, 'event', j.event, 'leaf', encode(j.leaf, 'hex'), 'salt', encode(e.salt, 'hex'), 'text', e.text,
                        'differs', rule.event_differs(e), 'settled', j.at < clock_timestamp() - interval '1 minute') order by j.index), '[]')
                from (select * from journal x where x.index > after order by x.index limit least(greatest(lim, 1), 10000)) j left join event e on e.id = j.event);
end
$$;

-- Events that neither are in the journal nor wait for it, and those that wait but do not say what their columns say.
create function api.event_strays() returns jsonb language plpgsql stable security definer set search_path = pli, pg_temp as $$
begin
        perform rule.act_everywhere();
        return (select coalesce(jsonb_agg(jsonb_build_object('event', e.id, 'waits', p.event is not null, 'differs', rule.event_differs(e)) order by e.id), '[]')
                from (select x.id from event x except select j.event from journal j) o join event e on e.id = o.id left join event_pending p on p.event = o.id
                where p.event is null or rule.event_differs(e) is not null);
end
$$;

-- "astray": by its columns it is fed to others than those whom its event concerns.
create function api.receipt_rows(after bigint, lim int) returns jsonb language plpgsql stable security definer set search_path = pli, pg_temp as $$
begin
        perform rule.act_everywhere();
        return (select coalesce(jsonb_agg(jsonb_build_object('index', r.index, 'event', r.event, 'receipt', rule.base64(r.xml), 'stamped', r.stamped, 'astray',
                        e.id is not null and (r.channel, r.department, r.company, r.owner) is distinct from (e.channel, e.department, e.company, e.body)) order by r.index), '[]')
                from (select * from receipt x where x.index > after order by x.index limit least(greatest(lim, 1), 1000)) r left join event e on e.id = r.event);
end
$$;
create function api.checkpoint_rows(after bigint, lim int) returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select coalesce(jsonb_agg(jsonb_build_object('size', c.size, 'root', encode(c.root, 'hex'), 'note', c.note) order by c.size), '[]')
        from (select * from checkpoint x where x.size > after order by x.size limit least(greatest(lim, 1), 10000)) c
$$;
create function api.node_rows(level int, after bigint, lim int) returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select coalesce(jsonb_agg(jsonb_build_object('index', n.index, 'hash', encode(n.hash, 'hex')) order by n.index), '[]')
        from (select * from journal_node x where x.level = $1 and x.index > $2 order by x.index limit least(greatest($3, 1), 10000)) n
$$;

create function api.migrations() returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select jsonb_agg(jsonb_build_object('name', m.name, 'applied', rule.instant(m.applied_at)) order by m.name) from migration m
$$;
