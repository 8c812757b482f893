-- Feeds for everybody, webhooks, cosignatures.

-- An acknowledgement said again is the first one.
alter table state_cursor add column event bigint references event;

-- The software of a body's supplier reads what happens to that body, and nothing else.
alter table party drop constraint party_roles_check, drop constraint party_check,
        add constraint party_roles_check check (roles <@ array['company', 'buyer', 'member', 'filer', 'state', 'operator', 'auditor', 'vendor'] and cardinality(roles) > 0),
        add constraint party_check check (not (roles && array['buyer', 'filer', 'vendor']) or body is not null);

-- Who wants to be called. `cursor` is the journal index up to which the receiver has said yes.
create table webhook (
        id          uuid primary key default gen_random_uuid(),
        party       uuid not null references party,
        url         text not null check (length(url) <= 2000),
        secret      bytea not null check (length(secret) between 24 and 64),
        cursor      bigint not null check (cursor >= -1),
        state       text not null default 'active' check (state in ('active', 'stopped')),
        failures    int not null default 0,
        due_at      timestamptz not null default clock_timestamp(),
        lease_until timestamptz,
        status      int,
        detail      text,
        made_at     timestamptz not null default clock_timestamp()
);
create index webhook_party on webhook (party);
create index webhook_due on webhook (failures, due_at) where state = 'active';

-- What witnesses say of our checkpoints: a signature line of the note (C2SP tlog-cosignature), as it came.
create table cosignature (
        size    bigint not null references checkpoint,
        witness text not null,
        line    text not null,
        at      timestamptz not null default clock_timestamp(),
        primary key (size, witness)
);
select append_only('cosignature');
