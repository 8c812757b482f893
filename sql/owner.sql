-- Roles and schemas, applied first and each time. Whoever migrates must be allowed to make roles.
-- pli_owner owns everything and nobody can log in as it; the four programs own and read nothing.
do $$
declare
        role text;
begin
        if not exists (select from pg_roles where rolname = 'pli_owner') then
                create role pli_owner nologin nosuperuser nocreatedb nocreaterole nobypassrls;
        end if;
        foreach role in array array['pli_front', 'pli_notary', 'pli_relay', 'pli_admin'] loop
                if not exists (select from pg_roles where rolname = role) then
                        execute format('create role %I login nosuperuser nocreatedb nocreaterole nobypassrls', role);
                end if;
        end loop;
        execute format('revoke create, temporary on database %I from public', current_database());
        execute format('grant create, temporary on database %I to pli_owner', current_database());
        if not pg_has_role(current_user, 'pli_owner', 'member') then
                execute format('grant pli_owner to %I', current_user);
        end if;
end
$$;
revoke create on schema public from public;
create schema if not exists pli authorization pli_owner;
set local role pli_owner;
set local search_path = pli, pg_temp;
alter default privileges for role pli_owner revoke execute on functions from public;
-- What has been applied, with the digest of the file: an applied migration never changes.
create table if not exists pli.migration (
        name       text primary key,
        sha256     bytea not null,
        applied_at timestamptz not null default clock_timestamp()
);
