-- Rules used by the API functions. No program may use this schema. Written anew at each migration.
drop schema if exists rule cascade;
create schema rule authorization pli_owner;

-- A refusal that the programs know by its code (gateway/core/problem_table.h).
create function rule.refuse(code text, detail text) returns void language plpgsql as $$
begin
        raise exception using errcode = 'PLI00', message = code, detail = detail;
end
$$;

-- RFC 3339, UTC, microseconds.
create function rule.instant(at timestamptz) returns text language sql immutable as $$
        select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- PostgreSQL breaks base64 in lines of 76 characters (RFC 2045); JSON wants one.
create function rule.base64(data bytea) returns text language sql immutable as $$
        select translate(encode(data, 'base64'), E'\n', '')
$$;

-- A text member, or a refusal that names it.
create function rule.member_text(object jsonb, name text) returns text language plpgsql as $$
begin
        if jsonb_typeof(object -> name) is distinct from 'string' or object ->> name = '' then
                perform rule.refuse('json-malformed', format('"%s" must be a text', name));
        end if;
        return object ->> name;
end
$$;

create function rule.member_list(object jsonb, name text) returns jsonb language plpgsql as $$
begin
        if not object ? name then
                return '[]';
        end if;
        if jsonb_typeof(object -> name) <> 'array' then
                perform rule.refuse('json-malformed', format('"%s" must be a list', name));
        end if;
        return object -> name;
end
$$;

-- An instant without its zone is two instants (RFC 3339 5.6).
create function rule.member_instant(object jsonb, name text) returns timestamptz language plpgsql as $$
declare
        text text := rule.member_text(object, name);
begin
        if text !~ '^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$' then
                perform rule.refuse('json-malformed', format('"%s" must be a date and hour with its zone (RFC 3339)', name));
        end if;
        return text::timestamptz;
end
$$;

create function rule.member_date(object jsonb, name text) returns date language plpgsql as $$
declare
        text text := rule.member_text(object, name);
begin
        if text !~ '^\d{4}-\d{2}-\d{2}$' then
                perform rule.refuse('json-malformed', format('"%s" must be a date, YYYY-MM-DD', name));
        end if;
        return text::date;
end
$$;

-- YYYYMMDD; null where there is no such day.
create function rule.compact_date(text text) returns date language plpgsql immutable as $$
begin
        return to_date(text, 'YYYYMMDD');
exception
        when datetime_field_overflow then
                return null;
end
$$;

-- ---- who acts, where ----

create function rule.act(body bigint) returns void language sql as $$
        select set_config('pli.body', body::text, true)
$$;
create function rule.act_everywhere() returns void language sql as $$
        select set_config('pli.body', '*', true)
$$;

-- The party that acts; it must have one of the roles.
create function rule.actor(actor uuid, roles text[]) returns party language plpgsql as $$
declare
        kept party;
begin
        if actor is null then
                perform rule.refuse('certificate-required', 'This needs an enrolled certificate.');
        end if;
        select * into kept from party p where p.id = actor and p.disabled_at is null;
        if kept.id is null or not kept.roles && roles then
                perform rule.refuse('forbidden', format('This needs the role %s.', array_to_string(roles, ' or ')));
        end if;
        return kept;
end
$$;

-- Makes the body of a thing act, and names it. A thing of another kind does not exist.
create function rule.enter(subject uuid, kind text) returns bigint language plpgsql as $$
#variable_conflict use_variable
declare
        body bigint;
begin
        select p.body into body from place p where p.id = subject and p.kind = kind;
        if body is null then
                perform rule.refuse('not-found', format('There is no %s %s.', kind, subject));
        end if;
        perform rule.act(body);
        return body;
end
$$;

-- ---- life cycles ----

-- The first step of a thing, before its row.
create function rule.begin(kind text, body bigint, subject uuid, event text, actor uuid) returns text language plpgsql as $$
#variable_conflict use_variable
declare
        state text;
begin
        perform rule.act(body);
        select l.to_state into strict state from lifecycle l where l.kind = kind and l.from_state = 'none' and l.event = event;
        insert into place values (subject, kind, body);
        insert into step (body, kind, subject, number, from_state, event, to_state, party) values (body, kind, subject, 1, 'none', event, state, actor);
        return state;
end
$$;

-- The one function that moves a thing. An event that its state does not allow is refused.
create function rule.step(kind text, body bigint, subject uuid, event text, actor uuid) returns text language plpgsql as $$
#variable_conflict use_variable
declare
        last step;
        state text;
begin
        select * into last from step s where s.body = body and s.kind = kind and s.subject = subject order by s.number desc limit 1;
        select l.to_state into state from lifecycle l where l.kind = kind and l.from_state = last.to_state and l.event = event;
        if state is null then
                perform rule.refuse('step-refused', format('This %s is %s: %s is not possible.', kind, last.to_state, event));
        end if;
        insert into step (body, kind, subject, number, from_state, event, to_state, party)
        values (body, kind, subject, last.number + 1, last.to_state, event, state, actor);
        case kind
        when 'consultation' then update consultation c set state = state, step = last.number + 1 where c.body = body and c.id = subject;
        when 'deposit' then update deposit d set state = state, step = last.number + 1 where d.body = body and d.id = subject;
        when 'envelope' then update envelope e set state = state, step = last.number + 1 where e.body = body and e.id = subject;
        when 'safeguard' then update safeguard g set state = state, step = last.number + 1 where g.body = body and g.id = subject;
        when 'letter' then update letter l set state = state, step = last.number + 1 where l.body = body and l.id = subject;
        when 'question' then update question q set state = state, step = last.number + 1 where q.body = body and q.id = subject;
        when 'mail' then update mail m set state = state, step = last.number + 1 where m.body = body and m.id = subject;
        when 'contract' then update contract k set state = state, step = last.number + 1 where k.body = body and k.id = subject;
        when 'filing' then update filing f set state = state, step = last.number + 1 where f.body = body and f.id = subject;
        end case;
        return state;
end
$$;

-- ---- events ----

create function rule.body_json(body bigint) returns jsonb language plpgsql stable as $$
begin
        return (select jsonb_build_object('siret', b.siret, 'name', b.name) from body b where b.id = $1);
end
$$;

create function rule.party_json(party uuid) returns jsonb language plpgsql stable as $$
begin
        return (select jsonb_strip_nulls(jsonb_build_object('name', p.name, 'organisation', p.organisation, 'siret', p.siret,
                        'certificate', encode(p.certificate_sha256, 'hex')))
                from party p where p.id = $1);
end
$$;

-- 32 bytes from three random identifiers (3 × 122 random bits, more than the 256 that come out).
create function rule.salt() returns bytea language sql volatile as $$
        select sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
$$;

-- What an event is, before it is written. body is null for facts of the platform itself.
create type rule.fact as (
        body bigint, name text, fact text, channel text, subject_type text, subject text, party uuid
);

-- EN 319 522-2: evidence of something that did not happen says why; the fact's own name where nobody said more.
create function rule.reasons(name text, fact text, reasons jsonb) returns jsonb language sql immutable as $$
        select case when name in ('SubmissionRejection', 'RelayRejection', 'RelayFailure', 'ContentHandoverFailure')
                and coalesce(jsonb_typeof(reasons), 'null') = any (array['null', 'array']) and coalesce(nullif(reasons, 'null'), '[]') = '[]'
                then jsonb_build_array(jsonb_build_object('code', fact)) else reasons end
$$;

-- Writes the event in the fact's transaction. A notification takes a lock that is held through the commit's
-- flush, so that commits would go one by one: only the event that finds nothing pending calls the notary,
-- which looks again at short intervals anyway.
create function rule.append(f rule.fact, more jsonb) returns bigint language plpgsql as $$
declare
        at timestamptz := clock_timestamp();
        id bigint;
        content jsonb;
begin
        more := more || jsonb_build_object('reasons', rule.reasons(f.name, f.fact, more -> 'reasons'));
        content := jsonb_strip_nulls(jsonb_build_object('event', f.name, 'fact', f.fact, 'at', rule.instant(at), 'channel', f.channel,
                'body', rule.body_json(f.body), 'subject', jsonb_build_object('type', f.subject_type, 'id', f.subject),
                'depositor', rule.party_json(f.party)) || more);
        insert into event (body, at, name, fact, channel, subject_type, subject, party, company, department, salt, text)
        values (f.body, at, f.name, f.fact, f.channel, f.subject_type, f.subject, f.party,
                (select p.company from party p where p.id = f.party), (select b.department from body b where b.id = f.body),
                rule.salt(), content::text)
        returning event.id into id;
        if not exists (select from event_pending) then
                perform pg_notify('event', id::text);
        end if;
        insert into event_pending values (id);
        return id;
end
$$;

-- The answer to an event that has been recorded before.
create function rule.remembered(party uuid, kind text, key text) returns uuid language plpgsql stable as $$
begin
        return (select r.subject from request_key r where r.party = $1 and r.kind = $2 and r.key = $3);
end
$$;
create function rule.remember(party uuid, kind text, key text, subject uuid) returns void language sql as $$
        insert into request_key select $1, $2, $3, $4 where $3 is not null
$$;

-- ---- contents ----

create function rule.content_begin(body bigint, kind text) returns content language sql as $$
        insert into content (body, day, kind) values (body, (clock_timestamp() at time zone 'UTC')::date, kind) returning *
$$;

-- Closes a content that is `size` bytes in chunks 0, 1, 2… without a gap.
create function rule.content_finish(owner bigint, at date, number bigint, size bigint) returns void
language plpgsql set plan_cache_mode = force_custom_plan as $$
declare
        kept record;
begin
        perform from content c where c.body = owner and c.day = at and c.id = number for update;
        select count(*) as chunks, coalesce(sum(k.size), 0) as bytes, coalesce(max(k.number) + 1, 0) as last into kept
        from chunk k where k.body = owner and k.day = at and k.content = content_finish.number;
        if kept.bytes <> content_finish.size or kept.chunks <> kept.last then
                perform rule.refuse('content-incomplete', format('%s bytes of %s are stored.', kept.bytes, content_finish.size));
        end if;
        update content c set open = false where c.body = owner and c.day = at and c.id = content_finish.number;
end
$$;
