-- What the prefecture lets a body file under: natures with their typologies, and the tree of matters (7-2), by version.

create function rule.classification_current(owner bigint) returns classification language sql stable as $$
        select * from classification c where c.body = owner order by c.version desc limit 1
$$;

-- Asks for it (7-1), unless an answer is already waited for.
create function rule.classification_ask(owner bigint, filer uuid) returns filing language plpgsql as $$
declare
        asked filing;
        current classification := rule.classification_current(owner);
begin
        perform pg_advisory_xact_lock(hashtextextended('classification', owner));
        select * into asked from filing f where f.body = owner and f.kind = 'message' and f.message = '7-1' and f.state in ('submitted', 'sending', 'sent')
        order by f.created_at desc limit 1;
        if asked.id is not null then
                return asked;
        end if;
        asked := rule.message_insert(owner, 'answer', '7-1', null, null, null, filer);
        update filing x set classification = current.version where x.body = owner and x.id = asked.id returning * into asked;
        return rule.message_send(asked, null);
end
$$;

-- The State's answer: the whole (7-2), or that ours is up to date (7-3).
create function rule.classification_receive(owner bigint, answer jsonb) returns void language plpgsql as $$
#variable_conflict use_variable
declare
        version date := (answer ->> 'classification')::date;
begin
        if answer ->> 'message' = '7-2' then
                insert into classification (body, version, natures, matters) values (owner, version, answer -> 'natures', answer -> 'matters')
                on conflict on constraint classification_pkey do update set natures = excluded.natures, matters = excluded.matters, checked_at = clock_timestamp();
        else
                update classification c set checked_at = clock_timestamp() where c.body = owner and c.version = version;
        end if;
end
$$;

-- The State says that ours is stale, or names a later version: ask for it.
create function rule.classification_watch(f filing, answer jsonb) returns void language plpgsql as $$
begin
        if answer ->> 'reason' = 'ODT-VERIF-01' or (answer ->> 'message' in ('1-2', '1-3')
           and (answer ->> 'classification')::date > (select c.version from rule.classification_current(f.body) c where c.version is not null)) then
                perform rule.classification_ask(f.body, f.party);
        end if;
end
$$;

-- null where none has come yet.
create function api.classification_show(actor uuid) returns jsonb language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        filer party := rule.actor(actor, array['filer']);
        c classification;
begin
        perform rule.act(filer.body);
        c := rule.classification_current(filer.body);
        return (select jsonb_build_object('version', c.version, 'natures', c.natures, 'matters', c.matters, 'received', rule.instant(c.received_at),
                'checked', rule.instant(c.checked_at)) where c.version is not null);
end
$$;

create function api.classification_ask(actor uuid) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        filer party := rule.actor(actor, array['filer']);
begin
        perform rule.act(filer.body);
        return rule.filing_json(rule.classification_ask(filer.body, actor));
end
$$;

-- The last 7-2 as it came.
create function api.classification_message(actor uuid) returns bytea language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        filer party := rule.actor(actor, array['filer']);
begin
        perform rule.act(filer.body);
        return (select substring(a.content from 1 for coalesce((a.detail -> 'files' -> 0 ->> 'size')::int, length(a.content)))
                from answer a where a.body = filer.body and a.message = '7-2' order by a.id desc limit 1);
end
$$;
