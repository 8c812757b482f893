-- PES: accounts sent to the DGFiP (HELIOS) and what comes back; the channels to the State.

alter table filing
        alter number drop not null, alter decided drop not null, alter nature drop not null, alter matter drop not null,
        alter object drop not null, alter classification drop not null, alter act drop not null,
        drop constraint filing_kind_check, drop constraint filing_channel_check,
        add constraint filing_kind_check check (kind in ('acte', 'message', 'pes')),
        add constraint filing_form_check check (kind <> 'acte' or num_nulls(number, decided, nature, matter, object, classification, act) = 0),
        add constraint filing_channel_check check (channel in ('actes', 'pes') and (channel = 'pes') = (kind = 'pes'));
alter table event drop constraint event_channel_check, add constraint event_channel_check check (channel in ('procurement', 'actes', 'pes', 'platform'));
alter table party drop constraint party_channels_check, add constraint party_channels_check check (channels <@ array['actes', 'pes', 'procurement']);
alter table content drop constraint content_kind_check, add constraint content_kind_check check (kind in ('document', 'envelope', 'filing', 'return'));

-- What a PES says of itself, once it is submitted: by these the State's answers find it.
create table pes (
        body   bigint not null,
        filing uuid not null,
        name   text not null check (length(name) between 1 and 100),
        type   text not null,
        post   text,
        siret  text not null check (siret ~ '^[0-9]{14}$'),
        code   text not null check (code ~ '^.{3}$'),
        budget text not null,
        label  text,
        facts  jsonb not null,
        sha256 bytea not null,
        primary key (body, filing),
        foreign key (body, filing) references filing (body, id)
);
select tenant('pes');
create index pes_name on pes (body, name, code);
create index pes_answered on pes (name, siret);
create index pes_sha256 on pes (body, sha256);

-- Attachments (PJ): IdUnique is unique for ever at the DGFiP (ERREUR_DOUBLON_PJ). accepted: the DGFiP has it, whatever became of its PES.
create table pes_attachment (
        body     bigint not null,
        filing   uuid not null,
        name     text not null check (length(name) between 1 and 50),
        accepted boolean not null default false,
        primary key (body, filing, name),
        foreign key (body, filing) references pes (body, filing)
);
select tenant('pes_attachment');
create index pes_attachment_name on pes_attachment (body, name);

-- Further SIRETs whose accounts a body handles (annex budgets, CCAS…); one may be several bodies'.
create table body_siret (
        body  bigint not null references body,
        siret text not null check (siret ~ '^[0-9]{14}$'),
        since timestamptz not null default clock_timestamp(),
        primary key (body, siret)
);
select tenant('body_siret');
create index body_siret_siret on body_siret (siret);

-- Files of the DGFiP that answer no filing: PES Retour, OCRE, non-acquit. Their bytes are a content.
create table pes_return (
        body     bigint not null references body,
        id       uuid not null default gen_random_uuid(),
        kind     text not null check (kind in ('retour', 'nonacquit', 'ocre', 'other')),
        file     text not null check (length(file) between 1 and 255),
        detail   jsonb not null,
        routing  jsonb not null,
        filing   uuid,
        day      date not null,
        content  bigint not null,
        size     bigint not null check (size >= 0),
        sha256   bytea not null check (length(sha256) = 32),
        at       timestamptz not null default clock_timestamp(),
        event    bigint,
        taken_at timestamptz,
        primary key (body, id),
        unique (body, sha256),
        foreign key (body, filing) references filing (body, id),
        foreign key (body, day, content) references content (body, day, id)
);
select tenant('pes_return');
create index pes_return_newest on pes_return (body, at, id);

-- What comes by a channel and is nobody's: kept whole, told by an event, never in the way of the next file.
create table quarantine (
        id      bigint generated always as identity primary key,
        channel text not null,
        file    text not null check (length(file) between 1 and 255),
        size    bigint not null,
        sha256  bytea not null check (length(sha256) = 32),
        detail  jsonb not null,
        at      timestamptz not null default clock_timestamp(),
        whole   boolean not null default false,
        event   bigint references event,
        unique (channel, sha256)
);
create table quarantine_chunk (
        quarantine bigint not null references quarantine,
        number     int not null check (number >= 0),
        data       bytea not null check (length(data) between 1 and 1048576),
        primary key (quarantine, number)
);
alter table quarantine_chunk alter column data set storage external;

-- A channel to the State: what the operator wants of it, and what the relay last said of it.
create table channel (
        name         text primary key,
        paused_at    timestamptz,
        reason       text check (length(reason) <= 500),
        windows      text[] not null default '{}',
        hourly_bytes bigint check (hourly_bytes > 0),
        report       jsonb not null default '{}',
        reported_at  timestamptz,
        test_wanted  timestamptz,
        test_done    timestamptz,
        test         jsonb
);
insert into channel (name) values ('actes'), ('pes');

-- When an item was handed over and how large it was: the hour's volume survives a restart.
alter table outbox add column settled_at timestamptz, add column bytes bigint;
create function outbox_settled() returns trigger language plpgsql as $$
begin
        if new.state = 'done' and old.state <> 'done' then
                new.settled_at := clock_timestamp();
        end if;
        if new.detail ? 'bytes' then
                new.bytes := (new.detail ->> 'bytes')::bigint;
        end if;
        return new;
end
$$;
create trigger settled before update on outbox for each row execute function outbox_settled();
create index outbox_settled on outbox (channel, settled_at) where state = 'done';
create index outbox_silent on outbox (settled_at) where channel = 'pes' and state = 'done';
