-- Who speaks, and what time it is. One clock: the database's.

create function api.now() returns jsonb language sql volatile security definer set search_path = pli, pg_temp as $$
        select jsonb_build_object('now', rule.instant(clock_timestamp()))
$$;

create function api.identify(certificate_sha256 bytea) returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select jsonb_build_object('id', p.id, 'name', p.name, 'body', b.siret, 'roles', to_jsonb(p.roles))
        from party p left join body b on b.id = p.body
        where p.certificate_sha256 = $1 and p.disabled_at is null
$$;
