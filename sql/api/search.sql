-- Finding filings again: by state, date, kind, text; newest first, pages by the last id of the page before.

create function rule.filing_line(f filing) returns jsonb language sql stable as $$
        select jsonb_strip_nulls(jsonb_build_object('id', f.id, 'transaction', f.transaction, 'kind', f.kind, 'message', f.message, 'state', f.state,
                'number', f.number, 'date', f.decided, 'nature', f.nature, 'matter', f.matter, 'object', f.object, 'act', f.act, 'public', f.public,
                'about', f.about, 'created', rule.instant(f.created_at), 'alerted', rule.instant(f.alerted_at)))
$$;

create function rule.search_date(query jsonb, name text) returns date language plpgsql as $$
begin
        return case when query ->> name is not null then rule.member_date(query, name) end;
end
$$;

create function api.filing_search(actor uuid, query jsonb) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
        filer party := rule.actor(actor, array['filer']);
        first date := rule.search_date($2, 'from');
        until date := rule.search_date($2, 'to');
        words tsquery := case when $2 ->> 'text' is not null then plainto_tsquery('french', left($2 ->> 'text', 200)) end;
        most int := least(greatest(coalesce(($2 ->> 'limit')::int, 50), 1), 200);
        last filing;
        page jsonb;
begin
        perform rule.act(filer.body);
        if $2 ->> 'after' is not null then
                last := rule.filing_own(actor, ($2 ->> 'after')::uuid);
        end if;
        select jsonb_agg(rule.filing_line(x)) into page from (
                select * from filing f where f.body = filer.body and ($2 ->> 'state' is null or f.state = $2 ->> 'state')
                and ($2 ->> 'kind' is null or f.kind = $2 ->> 'kind') and ($2 ->> 'message' is null or f.message = $2 ->> 'message')
                and (first is null or coalesce(f.decided, f.created_at::date) >= first) and (until is null or coalesce(f.decided, f.created_at::date) <= until)
                and (words is null or to_tsvector('french', coalesce(f.number, '') || ' ' || coalesce(f.object, '')) @@ words or f.act = $2 ->> 'text')
                and (last.id is null or (f.created_at, f.id) < (last.created_at, last.id))
                order by f.created_at desc, f.id desc limit most) x;
        return jsonb_build_object('filings', coalesce(page, '[]'), 'next', case when jsonb_array_length(page) = most then page -> -1 -> 'id' end);
exception
        when invalid_text_representation then
                perform rule.refuse('json-malformed', '"after" must be the id of a filing, "limit" a number');
end
$$;

-- Where a document lies.
create function api.filing_file_open(actor uuid, filing uuid, name text) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        f filing := rule.filing_own(actor, $2);
        kept filing_file;
begin
        select * into kept from filing_file x where x.body = f.body and x.filing = f.id and x.name = $3 and x.size is not null;
        if kept.name is null then
                perform rule.refuse('not-found', format('The filing has no document "%s".', left($3, 100)));
        end if;
        return jsonb_build_object('day', kept.day, 'content', kept.content, 'size', kept.size, 'mediaType', kept.media_type, 'name', kept.name);
end
$$;

-- Whoever asks for what is another body's is told that there is no such thing; the auditor is told that it was asked for.
create function api.access_refused(actor uuid, subject uuid, method text, path text) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_variable
declare
        asker party;
        there place;
        fact bigint;
begin
        perform rule.act_everywhere();
        select * into asker from party p where p.id = actor;
        select * into there from place p where p.id = subject;
        if there.id is null or asker.id is null or asker.body = there.body then
                return null;
        end if;
        insert into access_refused values (actor, subject, date_trunc('hour', clock_timestamp())) on conflict do nothing;
        if found then
                fact := rule.append(row(null, 'urn:pli:event:AccessRefused', 'access.refused', case when there.kind in ('filing', 'letter') then 'actes' else 'procurement' end,
                        there.kind, subject::text, null), jsonb_build_object('owner', rule.body_json(there.body), 'asker', rule.party_json(actor),
                        'asked', method || ' ' || left(path, 200), 'reasons', jsonb_build_array(jsonb_build_object('code', 'not-found', 'text', 'It belongs to another body.'))));
        end if;
        return jsonb_build_object('event', fact);
end
$$;
