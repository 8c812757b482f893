-- The gateway's own keys: their published history.

create function rule.key_event(k key, name text, fact text) returns bigint language sql as $$
        select rule.append(row(null::bigint, name, fact, 'procurement', 'key', k.id, null::uuid),
                jsonb_build_object('key', jsonb_build_object('use', k.use, 'id', k.id, 'name', k.name, 'revoked', rule.instant(k.revoked_from))))
$$;

-- What the active notary signs with now, all of it: a new key is a fact, but for the first of its use; one that is not
-- named any more is retired; a revoked one is refused.
create function api.key_settle(keys jsonb) returns void language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        given jsonb;
        kept key;
        others boolean;
begin
        perform rule.act_everywhere();
        for given in select * from jsonb_array_elements($1) loop
                others := exists (select from key k where k.use = given ->> 'use' and k.id <> given ->> 'id');
                select * into kept from key k where k.use = given ->> 'use' and k.id = given ->> 'id';
                if kept.revoked_at is not null then
                        perform rule.refuse('key-revoked', format('The %s key %s was revoked at %s.', kept.use, kept.id, rule.instant(kept.revoked_at)));
                elsif kept.id is null then
                        insert into key (use, id, name, value, valid_from, valid_to) values (given ->> 'use', given ->> 'id', given ->> 'name', given ->> 'value',
                                (given ->> 'validFrom')::timestamptz, (given ->> 'validTo')::timestamptz) returning * into kept;
                        perform rule.key_event(kept, 'urn:pli:event:KeyInstalled', 'key.installed') where others;
                end if;
        end loop;
        update key k set retired_at = case when named then null else coalesce(k.retired_at, clock_timestamp()) end
        from (select x.use, x.id, exists (select from jsonb_array_elements($1) g where g ->> 'use' = x.use and g ->> 'id' = x.id) as named from key x) n
        where n.use = k.use and n.id = k.id and (k.retired_at is null) <> named;
end
$$;

-- Said once; a second revocation changes nothing. The fact goes into the journal.
create function api.key_revoke(revocation jsonb) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        kept key;
        receipt bigint;
begin
        perform rule.act_everywhere();
        select * into kept from key k where k.id = $1 ->> 'id' for update;
        if kept.id is null then
                perform rule.refuse('not-found', format('This gateway never had a key %s.', $1 ->> 'id'));
        end if;
        if kept.revoked_at is null then
                update key k set revoked_at = clock_timestamp(), reason = $1 ->> 'reason', retired_at = coalesce(k.retired_at, clock_timestamp()),
                        revoked_from = case when $1 ? 'from' then rule.member_instant($1, 'from') else clock_timestamp() end
                where k.use = kept.use and k.id = kept.id returning * into kept;
                receipt := rule.key_event(kept, 'urn:pli:event:KeyRevoked', 'key.revoked');
        end if;
        return jsonb_build_object('use', kept.use, 'id', kept.id, 'revoked', rule.instant(kept.revoked_from), 'event', receipt);
end
$$;

-- Oldest first.
create function api.key_list() returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select jsonb_build_object('keys', coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('use', k.use, 'id', k.id, 'name', k.name,
                case k.use when 'journal' then 'key' else 'certificate' end, k.value, 'validFrom', rule.instant(k.valid_from), 'validTo', rule.instant(k.valid_to),
                'installed', rule.instant(k.installed_at), 'retired', rule.instant(k.retired_at), 'revoked', rule.instant(k.revoked_from), 'reason', k.reason))
                order by k.installed_at, k.use), '[]'))
        from key k
$$;
