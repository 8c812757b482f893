-- Bodies, parties, life cycles.

-- Row-level security, forced on the owner too: a row is seen and written only while its body acts. '*' is
-- for the few functions whose work crosses bodies (notary, feeds, public list, queues).
create function tenant(kept regclass) returns void language plpgsql as $$
begin
        execute format('alter table %s enable row level security', kept);
        execute format('alter table %s force row level security', kept);
        execute format('create policy tenant on %s using (current_setting(''pli.body'', true) in (body::text, ''*''))', kept);
end
$$;

-- Evidence is added to, never changed.
create function refuse_change() returns trigger language plpgsql as $$
begin
        raise exception '% is append-only', tg_table_name using errcode = '55000';
end
$$;
create function append_only(kept regclass) returns void language plpgsql as $$
begin
        execute format('create trigger append_only before update or delete on %s for each row execute function pli.refuse_change()', kept);
        execute format('create trigger keep_all before truncate on %s for each statement execute function pli.refuse_change()', kept);
end
$$;

-- A public body: commune, EPCI, department… (SIRET: 14 digits, its first nine are the SIREN).
create table body (
        id         bigint generated always as identity primary key,
        siret      text not null unique check (siret ~ '^[0-9]{14}$'),
        name       text not null check (length(name) between 1 and 300),
        department text not null check (department ~ '^[0-9]{2}[0-9AB]$'),
        district   text not null default '1' check (district ~ '^[0-9]$'),
        nature     text not null check (nature ~ '^[0-9]{2}$'),
        mail       text check (mail ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
        valid_from date not null default current_date,
        valid_to   date,
        check (valid_to is null or valid_to >= valid_from)
);

-- Who holds a certificate. Companies belong to no body; parties of one SIRET are one company.
create table party (
        id                 uuid primary key default gen_random_uuid(),
        name               text not null check (length(name) between 1 and 300),
        organisation       text not null check (length(organisation) between 1 and 300),
        siret              text check (siret ~ '^[0-9]{14}$'),
        body               bigint references body,
        roles              text[] not null check (roles <@ array['company', 'buyer', 'member', 'filer', 'state', 'operator', 'auditor'] and cardinality(roles) > 0),
        channels           text[] not null default '{}' check (channels <@ array['actes', 'procurement']),
        departments        text[],
        certificate        bytea not null,
        certificate_sha256 bytea not null generated always as (sha256(certificate)) stored unique,
        company            text not null generated always as (coalesce(siret, encode(sha256(certificate), 'hex'))) stored,
        enrolled_at        timestamptz not null default clock_timestamp(),
        disabled_at        timestamptz,
        check (not (roles && array['buyer', 'filer']) or body is not null)
);

-- Where a thing named by its identifier lives: the only way from an identifier to the body that acts.
create table place (
        id   uuid primary key,
        kind text not null,
        body bigint not null references body
);

-- The allowed steps of every life cycle. The rows are in lifecycle.sql.
create table lifecycle (
        kind        text not null,
        from_state  text not null,
        event       text not null,
        to_state    text not null,
        sentence_en text not null,
        sentence_fr text not null,
        primary key (kind, from_state, event),
        unique (kind, from_state, event, to_state)
);

-- The steps taken. Foreign keys make the machine: a step must be allowed by lifecycle, and must start
-- where the step before it ended. A thing's state must be the state of one of its own steps.
create table step (
        body       bigint not null,
        kind       text not null,
        subject    uuid not null,
        number     int not null check (number > 0),
        previous   int generated always as (nullif(number - 1, 0)) stored,
        from_state text not null check ((number = 1) = (from_state = 'none')),
        event      text not null,
        to_state   text not null,
        at         timestamptz not null default clock_timestamp(),
        party      uuid references party,
        primary key (body, kind, subject, number),
        unique (body, kind, subject, number, to_state),
        foreign key (kind, from_state, event, to_state) references lifecycle (kind, from_state, event, to_state),
        foreign key (body, kind, subject, previous, from_state) references step (body, kind, subject, number, to_state)
);
select tenant('step');
select append_only('step');

-- A thing goes from step n to step n + 1, never back.
create function step_forward() returns trigger language plpgsql as $$
begin
        if new.step not in (old.step, old.step + 1) then
                raise exception '% cannot go from step % to step %', tg_table_name, old.step, new.step using errcode = '55000';
        end if;
        return new;
end
$$;
create function stepping(kept regclass) returns void language plpgsql as $$
begin
        execute format('alter table %s add foreign key (body, cycle, id, step, state) references pli.step (body, kind, subject, number, to_state)', kept);
        execute format('create trigger step_forward before update on %s for each row execute function pli.step_forward()', kept);
end
$$;

-- The first answer again (Idempotency-Key).
create table request_key (
        party   uuid not null references party,
        kind    text not null,
        key     text not null check (length(key) between 1 and 200),
        subject uuid not null,
        primary key (party, kind, key)
);
