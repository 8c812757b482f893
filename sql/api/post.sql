-- E-mails that say that something waits: written with the fact, sent by the relay, tried again for two days.

create function rule.post_put(owner bigint, consultation uuid, mail uuid, kind text, party uuid, subject text, token text) returns void language plpgsql as $$
#variable_conflict use_variable
begin
        insert into post (body, mail, kind, address, consultation, subject, token)
        select owner, mail, kind, k.mail, consultation, subject, token from contact k where k.party = post_put.party;
        if found then
                notify post;
        end if;
end
$$;

-- Everyone who has a stake, or every buyer of the body.
create function rule.post_companies(c consultation, kind text, subject text) returns void language plpgsql as $$
begin
        perform rule.post_put(c.body, c.id, null, kind, p, subject, null) from rule.consultation_companies(c) p;
end
$$;
create function rule.post_buyers(c consultation, kind text, subject text) returns void language plpgsql as $$
begin
        perform rule.post_put(c.body, c.id, null, kind, p.id, subject, null) from party p where p.body = c.body and 'buyer' = any (p.roles) and p.disabled_at is null;
end
$$;

-- {"mail"}: where this person is told. An empty one takes it away.
create function api.contact_set(actor uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        person party := rule.actor(actor, array['company', 'buyer', 'member', 'filer', 'vendor', 'auditor']);
begin
        if coalesce($2 ->> 'mail', '') = '' then
                delete from contact k where k.party = person.id;
        else
                insert into contact (party, mail) values (person.id, $2 ->> 'mail') on conflict (party) do update set mail = excluded.mail, set_at = clock_timestamp();
        end if;
        return jsonb_build_object('mail', (select k.mail from contact k where k.party = person.id));
exception
        when check_violation then
                perform rule.refuse('json-malformed', '"mail" is no e-mail address');
end
$$;

create function api.contact_show(actor uuid) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
declare
        person party := rule.actor(actor, array['company', 'buyer', 'member', 'filer', 'vendor', 'auditor']);
begin
        return jsonb_build_object('mail', (select k.mail from contact k where k.party = person.id));
end
$$;

-- The next e-mail to send, leased for a minute; null where none is due.
create function api.post_claim() returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        p post;
begin
        perform rule.act_everywhere();
        select * into p from post x where (x.state = 'waiting' and x.due_at <= clock_timestamp()) or (x.state = 'sending' and x.lease_until < clock_timestamp())
        order by x.due_at limit 1 for update skip locked;
        if p.item is null then
                return null;
        end if;
        update post x set state = 'sending', attempt = x.attempt + 1, lease_until = clock_timestamp() + interval '1 minute' where x.body = p.body and x.item = p.item;
        return jsonb_build_object('item', p.item, 'kind', p.kind, 'address', p.address, 'subject', p.subject, 'token', p.token, 'consultation', p.consultation,
                'reference', (select c.reference from consultation c where c.body = p.body and c.id = p.consultation), 'body', (rule.body_json(p.body) ->> 'name'),
                'expires', (select rule.instant(m.expires_at) from mail m where m.body = p.body and m.id = p.mail));
end
$$;

-- outcome: sent, retry or refused. What was refused, or not taken for two days, is told to the buyer.
create function api.post_settle(item bigint, outcome text, detail text) returns void
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        p post;
        m mail;
        over boolean;
begin
        perform rule.act_everywhere();
        select * into p from post x where x.item = $1 and x.state = 'sending' for update;
        if p.item is null then
                return;
        end if;
        over := $2 = 'refused' or ($2 = 'retry' and p.queued_at < clock_timestamp() - interval '2 days');
        update post x set state = case when $2 = 'sent' then 'done' when over then 'failed' else 'waiting' end, lease_until = null, detail = left($3, 500),
                token = case when $2 = 'sent' or over then null else x.token end, due_at = clock_timestamp() + rule.outbox_delay(x.attempt)
        where x.body = p.body and x.item = p.item;
        if p.mail is null or not (over or $2 = 'sent') then
                return;
        end if;
        select * into m from mail x where x.body = p.body and x.id = p.mail for update;
        if over then
                perform rule.mail_event(m, 'ContentHandoverFailure', 'mail.undelivered', jsonb_build_object('reasons', jsonb_build_array(jsonb_build_object('code', 'mail', 'text', left($3, 500)))));
        elsif m.state = 'sent' then
                perform rule.step('mail', m.body, m.id, 'deliver', null);
                perform rule.mail_event(m, 'NotificationForAcceptance', 'mail.delivered', '{}');
        end if;
end
$$;
