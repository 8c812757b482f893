-- Events, journal, receipts.

-- One row a fact with legal effect, in the transaction that makes the fact. `text` is what the leaf commits
-- to, exactly: SHA-256(0x00 || salt || text) (RFC 9162 2.1.1).
create table event (
        id           bigint generated always as identity primary key,
        body         bigint references body,
        at           timestamptz not null,
        name         text not null,
        fact         text not null,
        channel      text not null check (channel in ('procurement', 'actes')),
        subject_type text not null,
        subject      text not null,
        party        uuid references party,
        company      text,
        department   text,
        salt         bytea not null check (length(salt) = 32),
        text         text not null,
        unique (body, id)
);
select tenant('event');
select append_only('event');
create index event_subject on event (subject, id);

-- Events without an index yet, whatever the order in which their transactions commit.
create table event_pending (
        event bigint primary key references event
);

alter table deposit add foreign key (body, event) references event (body, id);
alter table filing add foreign key (body, event) references event (body, id);
alter table answer add foreign key (body, event) references event (body, id);

-- The leaves, in order, from 0.
create table journal (
        index bigint primary key check (index >= 0),
        event bigint not null unique references event,
        leaf  bytea not null check (length(leaf) = 32),
        at    timestamptz not null default clock_timestamp()
);
select append_only('journal');
-- Each leaf but the first stands next to the one before it.
create function journal_next() returns trigger language plpgsql as $$
begin
        if new.index > 0 and not exists (select from pli.journal where index = new.index - 1) then
                raise exception 'journal: % has no predecessor', new.index using errcode = '55000';
        end if;
        return new;
end
$$;
create trigger journal_next before insert on journal for each row execute function journal_next();

-- Complete subtrees: node (level, index) covers leaves index * 2^level … (index + 1) * 2^level - 1.
create table journal_node (
        level int not null check (level between 1 and 62),
        index bigint not null check (index >= 0),
        hash  bytea not null check (length(hash) = 32),
        primary key (level, index)
);
select append_only('journal_node');

create table checkpoint (
        size bigint primary key check (size > 0),
        root bytea not null check (length(root) = 32),
        note text not null,
        at   timestamptz not null default clock_timestamp()
);
select append_only('checkpoint');

create table receipt (
        event      bigint primary key references event,
        index      bigint not null unique references journal,
        xml        bytea not null,
        stamped    boolean not null,
        at         timestamptz not null default clock_timestamp(),
        stamped_at timestamptz
);
create index receipt_unstamped on receipt (index) where not stamped;

-- How far a State platform says it has read.
create table state_cursor (
        party  uuid primary key references party,
        cursor bigint not null,
        at     timestamptz not null default clock_timestamp()
);
