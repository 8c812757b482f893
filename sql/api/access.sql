-- Restricted consultations: who has been given the code may see the documents and deposit. The code is made here, 60
-- bits, shown once and kept as a salted digest; wrong codes are counted.

create function rule.access_given(c consultation, actor uuid, token text) returns boolean language plpgsql stable as $$
begin
        return c.access_sha256 is null or rule.buys(actor, c.body)
                or exists (select from consultation_member m where m.body = c.body and m.consultation = c.id and m.party = actor)
                or exists (select from party p join access_grant g on g.company = p.company
                        where p.id = actor and p.disabled_at is null and g.body = c.body and g.consultation = c.id)
                or exists (select from access_token t where t.body = c.body and t.consultation = c.id
                        and t.sha256 = sha256(convert_to(access_given.token, 'UTF8')) and t.until > clock_timestamp());
end
$$;

-- Twelve letters and digits that no eye confuses: 32 ^ 12 codes.
create function rule.access_code() returns text language plpgsql volatile as $$
declare
        noise bytea := rule.salt();
        code text := '';
begin
        for n in 0..11 loop
                code := code || case when n in (4, 8) then '-' else '' end || substr('ABCDEFGHJKLMNPQRSTUVWXYZ23456789', get_byte(noise, n) % 32 + 1, 1);
        end loop;
        return code;
end
$$;

-- A new code; the one before it opens nothing any more, what it has opened stays open. {"open": true}: no code at all.
create function api.access_set(actor uuid, consultation uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        buyer party := rule.actor(actor, array['buyer']);
        c consultation := rule.consultation_known(actor, $2);
        code text := rule.access_code();
        salt bytea := rule.salt();
begin
        if buyer.body <> c.body then
                perform rule.refuse('not-found', format('There is no consultation %s of your body.', $2));
        end if;
        if coalesce(request -> 'open' = 'true', false) then
                update consultation x set access_salt = null, access_sha256 = null where x.body = c.body and x.id = c.id;
                return jsonb_build_object('restricted', false);
        end if;
        update consultation x set access_salt = salt, access_sha256 = sha256(salt || convert_to(code, 'UTF8')) where x.body = c.body and x.id = c.id;
        return jsonb_build_object('restricted', true, 'code', code);
end
$$;

-- The code for a token that lasts a day; an enrolled company needs no token from then on. A wrong one is not raised but
-- answered {"wrong"} so that its trace stays; 20 in a quarter of an hour, and none is looked at.
create function api.access_open(actor uuid, consultation uuid, code text) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.consultation_known(actor, $2);
        token text := encode(rule.salt(), 'hex');
        until timestamptz := clock_timestamp() + interval '1 day';
begin
        perform pg_advisory_xact_lock(hashtextextended('access ' || c.id::text, 0));
        if (select count(*) from access_failure f where f.body = c.body and f.consultation = c.id and f.at > clock_timestamp() - interval '15 minutes') >= 20 then
                perform rule.refuse('access-attempts', 'Too many wrong codes; try again in a quarter of an hour.');
        end if;
        if c.access_sha256 is null then
                return jsonb_build_object('restricted', false);
        end if;
        if sha256(c.access_salt || convert_to(upper(trim(coalesce($3, ''))), 'UTF8')) <> c.access_sha256 then
                insert into access_failure (body, consultation) values (c.body, c.id);
                return jsonb_build_object('wrong', true);
        end if;
        insert into access_grant (body, consultation, company) select c.body, c.id, p.company from party p
        where p.id = actor and 'company' = any (p.roles) on conflict do nothing;
        insert into access_token values (c.body, c.id, sha256(convert_to(token, 'UTF8')), until);
        return jsonb_build_object('restricted', true, 'token', token, 'until', rule.instant(until));
end
$$;
