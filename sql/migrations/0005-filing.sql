-- Filings (télétransmission): what an authority sends to the State, and the way there.

create table filing (
        body           bigint not null references body,
        id             uuid not null,
        cycle          text not null generated always as ('filing') stored,
        step           int not null,
        state          text not null,
        kind           text not null check (kind in ('acte')),
        channel        text not null check (channel in ('actes')),
        number         text not null check (number ~ '^[A-Z0-9_]{1,15}$'),
        decided        date not null,
        nature         int not null check (nature between 1 and 6),
        matter         text not null check (matter ~ '^[0-9]{1,2}(\.[0-9]{1,2}){1,4}$'),
        object         text not null check (length(object) between 1 and 500),
        classification date not null,
        act            text not null,
        previous       text check (length(previous) between 1 and 100),
        paper          boolean not null default false,
        party          uuid not null references party,
        created_at     timestamptz not null default clock_timestamp(),
        checks         jsonb,
        event          bigint,
        primary key (body, id)
);
select tenant('filing');
select stepping('filing');
-- A number is used once in a body; one that was turned away may be sent again.
create unique index filing_number on filing (body, kind, number) where state not in ('rejected', 'refused', 'failed');
create index filing_act on filing (act);

create table filing_file (
        body       bigint not null,
        filing     uuid not null,
        position   int not null check (position >= 0),
        name       text not null check (length(name) between 1 and 255 and name !~ '[/\\[:cntrl:]]' and name not in ('.', '..')),
        type       text check (type ~ '^[A-Z0-9]{2}_[A-Z0-9]{2}$'),
        media_type text,
        day        date,
        content    bigint,
        size       bigint,
        sha256     bytea check (length(sha256) = 32),
        primary key (body, filing, name),
        unique (body, filing, position),
        foreign key (body, filing) references filing (body, id),
        foreign key (body, day, content) references content (body, day, id)
);
select tenant('filing_file');

-- Transactional outbox: written in the transaction that accepts the filing.
create table outbox (
        body        bigint not null,
        item        bigint generated always as identity unique,
        filing      uuid not null,
        channel     text not null,
        state       text not null default 'waiting' check (state in ('waiting', 'sending', 'done', 'failed')),
        attempt     int not null default 0,
        due_at      timestamptz not null default clock_timestamp(),
        lease_until timestamptz,
        serial      int,
        serial_day  date,
        queued_at   timestamptz not null default clock_timestamp(),
        detail      jsonb,
        primary key (body, item),
        unique (body, filing),
        unique (body, channel, serial_day, serial),
        foreign key (body, filing) references filing (body, id)
);
select tenant('outbox');
create index outbox_waiting on outbox (channel, body, due_at) where state in ('waiting', 'sending');

-- When each body was last served on a channel, so that the least recently served comes first.
create table outbox_turn (
        body      bigint not null references body,
        channel   text not null,
        served_at timestamptz not null default clock_timestamp(),
        primary key (body, channel)
);
select tenant('outbox_turn');

-- The daily serial of envelopes, by sender (EACT--SIREN--YYYYMMDD-N).
create table serial (
        body    bigint not null references body,
        channel text not null,
        day     date not null,
        last    int not null,
        primary key (body, channel, day)
);
select tenant('serial');

-- The State's answers, each applied once; the bytes as they came.
create table answer (
        body    bigint not null,
        id      bigint generated always as identity,
        filing  uuid not null,
        channel text not null,
        message text not null,
        at      timestamptz not null default clock_timestamp(),
        sha256  bytea not null generated always as (sha256(content)) stored,
        content bytea not null,
        detail  jsonb not null,
        event   bigint,
        primary key (body, id),
        unique (body, channel, sha256),
        foreign key (body, filing) references filing (body, id)
);
select tenant('answer');
