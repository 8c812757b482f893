-- Open data: acts that their authority marked as public and the State has acknowledged; anyone may read them. A cancelled
-- one goes away. Newest decision first; `after` is the last id of the page before.

create function rule.matter_label(owner bigint, matter text) returns text language sql stable as $$
        select m ->> 'label' from classification c, jsonb_array_elements(c.matters) m where c.body = owner and m ->> 'code' = matter
        order by c.version desc limit 1
$$;

create function rule.published_json(f filing) returns jsonb language plpgsql stable as $$
begin
        return (select jsonb_build_object('id', f.id, 'siret', b.siret, 'body', b.name, 'number', f.number, 'date', f.decided, 'nature', f.nature, 'matter', f.matter,
                        'matterName', rule.matter_label(f.body, f.matter), 'object', f.object, 'act', f.act,
                        'received', (select a.detail ->> 'at' from answer a where a.body = f.body and a.filing = f.id and a.message = '1-2' order by a.id limit 1),
                        'published', (select rule.instant(max(s.at)) from step s where s.body = f.body and s.kind = 'filing' and s.subject = f.id and s.to_state = 'acknowledged'),
                        'files', (select jsonb_agg(jsonb_build_object('name', x.name, 'mediaType', x.media_type, 'size', x.size, 'sha256', encode(x.sha256, 'hex')) order by x.position)
                                from filing_file x where x.body = f.body and x.filing = f.id))
                from body b where b.id = f.body);
end
$$;

create function api.published_list(siret text, after uuid, most int) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_variable
declare
        last filing;
        room int := least(greatest(coalesce(most, 100), 1), 1000);
        page jsonb;
begin
        perform rule.act_everywhere();
        select * into last from filing f where f.id = after and f.public;
        select jsonb_agg(rule.published_json(x)) into page from (
                select f.* from filing f join body b on b.id = f.body where f.public and f.state = 'acknowledged' and f.kind = 'acte'
                and (siret is null or b.siret = siret or left(b.siret, 9) = siret) and (last.id is null or (f.decided, f.id) < (last.decided, last.id))
                order by f.decided desc, f.id desc limit room) x;
        return jsonb_build_object('acts', coalesce(page, '[]'), 'next', case when jsonb_array_length(page) = room then page -> -1 -> 'id' end);
end
$$;

create function api.published_file(subject uuid, name text) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_variable
declare
        kept filing_file;
begin
        perform rule.act_everywhere();
        select x.* into kept from filing f join filing_file x on x.body = f.body and x.filing = f.id
        where f.id = subject and f.public and f.state = 'acknowledged' and f.kind = 'acte' and x.name = name;
        if kept.name is null then
                perform rule.refuse('not-found', 'No published acte has this file.');
        end if;
        return jsonb_build_object('day', kept.day, 'content', kept.content, 'size', kept.size, 'mediaType', kept.media_type, 'name', kept.name);
end
$$;
