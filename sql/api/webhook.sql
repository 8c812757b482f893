-- Webhooks: the events feed, pushed. A delivery is a page of the feed after the webhook's cursor; a yes (2xx) moves
-- the cursor, anything else makes this webhook, and no other, wait.

create function rule.webhook_json(w webhook) returns jsonb language sql stable as $$
        select jsonb_strip_nulls(jsonb_build_object('id', w.id, 'url', w.url, 'cursor', w.cursor, 'state', w.state, 'failures', w.failures,
                'due', rule.instant(w.due_at), 'status', w.status, 'detail', w.detail, 'made', rule.instant(w.made_at)))
$$;

-- A receiver on this machine is for tests: `loopback` says whether the operator allows it.
create function rule.webhook_url(url text, loopback boolean) returns text language plpgsql as $$
begin
        if length(url) > 2000 or url !~ '^https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[!-~]*)?$' or url ~ '#' then
                perform rule.refuse('webhook-url', 'The address must be https://HOST/PATH in ASCII, without a user, a password or a fragment.');
        elsif url !~ '^https:' and not (loopback and url ~ '^http://(localhost|127\.[0-9.]+|\[::1\])[:/]') then
                perform rule.refuse('webhook-url', 'The address must be https.');
        end if;
        return url;
end
$$;

create function rule.webhook_index(wanted jsonb) returns bigint language plpgsql as $$
declare
        head bigint := coalesce((select max(r.index) from receipt r), -1);
begin
        if wanted is null then
                return head;
        elsif jsonb_typeof(wanted) <> 'number' or (wanted #>> '{}') !~ '^-?[0-9]{1,18}$' or (wanted #>> '{}')::bigint not between -1 and head then
                perform rule.refuse('cursor-unknown', format('"after" must be a journal index from -1 to %s.', head));
        end if;
        return (wanted #>> '{}')::bigint;
end
$$;

-- Without "secret" one is made; it is shown here and never again.
create function api.webhook_create(actor uuid, request jsonb, loopback boolean) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        owner party := rule.actor(actor, array['company', 'buyer', 'filer', 'vendor']);
        url text := rule.webhook_url(rule.member_text($2, 'url'), $3);
        secret bytea := rule.salt();
        made webhook;
begin
        if $2 ? 'secret' then
                secret := decode(regexp_replace(rule.member_text($2, 'secret'), '^whsec_', ''), 'base64');
                if length(secret) not between 24 and 64 then
                        perform rule.refuse('json-malformed', '"secret" must be whsec_ and base64 of 24 to 64 bytes');
                end if;
        end if;
        perform from party p where p.id = owner.id for update;
        if (select count(*) from webhook w where w.party = actor) >= 10 then
                perform rule.refuse('webhook-count', 'This party has 10 webhooks.');
        end if;
        insert into webhook (party, url, secret, cursor) values (actor, url, secret, rule.webhook_index($2 -> 'after')) returning * into made;
        return rule.webhook_json(made) || jsonb_build_object('secret', 'whsec_' || rule.base64(secret));
end
$$;

create function api.webhook_list(actor uuid) returns jsonb language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        owner party := rule.actor(actor, array['company', 'buyer', 'filer', 'vendor']);
begin
        return jsonb_build_object('webhooks', (select coalesce(jsonb_agg(rule.webhook_json(w) order by w.made_at, w.id), '[]') from webhook w where w.party = owner.id));
end
$$;

create function api.webhook_delete(actor uuid, webhook uuid) returns void language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        owner party := rule.actor(actor, array['company', 'buyer', 'filer', 'vendor']);
begin
        delete from webhook w where w.id = $2 and w.party = owner.id;
        if not found then
                perform rule.refuse('not-found', format('There is no webhook %s.', $2));
        end if;
end
$$;

-- Begins again after an index, at once; a stopped one goes on.
create function api.webhook_replay(actor uuid, webhook uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        owner party := rule.actor(actor, array['company', 'buyer', 'filer', 'vendor']);
        kept webhook;
begin
        update webhook w set cursor = case when $3 ? 'after' then rule.webhook_index($3 -> 'after') else w.cursor end,
                failures = 0, state = 'active', due_at = clock_timestamp(), lease_until = null
        where w.id = $2 and w.party = owner.id returning * into kept;
        if kept.id is null then
                perform rule.refuse('not-found', format('There is no webhook %s.', $2));
        end if;
        perform pg_notify('receipt', '');
        return rule.webhook_json(kept);
end
$$;

-- ---- the relay ----

-- One webhook that has something to say, healthy ones first, with its next page; leased for `seconds`. Those that
-- learn nothing new move their cursor and are passed over.
create function api.webhook_claim(seconds int) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        head bigint := coalesce((select max(r.index) from receipt r), -1);
        w webhook;
        owner party;
        page jsonb;
begin
        perform rule.act_everywhere();
        for w in select x.* from webhook x join party p on p.id = x.party and p.disabled_at is null
                 where x.state = 'active' and x.due_at <= clock_timestamp() and x.cursor < head and coalesce(x.lease_until < clock_timestamp(), true)
                 order by x.failures, x.due_at limit 50 for update of x skip locked loop
                select * into owner from party p where p.id = w.party;
                page := rule.feed(owner, false, w.cursor, 50);
                if jsonb_array_length(page -> 'rows') > 0 then
                        update webhook x set lease_until = clock_timestamp() + interval '1 second' * seconds where x.id = w.id;
                        return jsonb_build_object('webhook', w.id, 'url', w.url, 'secret', rule.base64(w.secret), 'after', w.cursor, 'next', page -> 'next',
                                'message', format('%s-%s-%s', w.id, w.cursor, page ->> 'next'), 'at', extract(epoch from clock_timestamp())::bigint,
                                'body', jsonb_build_object('webhook', w.id, 'after', w.cursor, 'next', page -> 'next', 'events', page -> 'rows')::text);
                end if;
                update webhook x set cursor = (page ->> 'next')::bigint where x.id = w.id;
        end loop;
        return null;
end
$$;

-- Waits 1, 2, 4… seconds, an hour at most; after some four days of no, or a 410 (RFC 9110 15.5.11), it stops until its
-- owner asks for a replay. A cursor that its owner moved meanwhile stays where he put it.
create function api.webhook_settle(webhook uuid, after bigint, next bigint, status int, detail text) returns void
language plpgsql security definer set search_path = pli, pg_temp as $$
begin
        update webhook w set status = $4, detail = nullif(left($5, 300), ''), lease_until = null,
                cursor = case when $4 between 200 and 299 then $3 else w.cursor end,
                failures = case when $4 between 200 and 299 then 0 else w.failures + 1 end,
                state = case when $4 = 410 or ($4 not between 200 and 299 and w.failures >= 100) then 'stopped' else w.state end,
                due_at = clock_timestamp() + case when $4 between 200 and 299 then interval '0' else least(interval '1 second' * 2 ^ least(w.failures, 12), interval '1 hour') end
        where w.id = $1 and w.cursor = $2;
end
$$;
