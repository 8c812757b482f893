-- Deposits that survive: limits, rehearsals, the platform's own health, safeguard copies.

-- Limits that the operator sets while everything runs (pliadm setting). Rows, not a file: every front sees the same.
create table setting (
        name     text primary key check (name ~ '^[a-z-]{1,60}$'),
        value    bigint not null,
        least    bigint not null,
        most     bigint not null,
        sentence text not null,
        set_at   timestamptz not null default clock_timestamp(),
        check (value between least and most)
);
insert into setting (name, value, least, most, sentence) values
('company-deposits', 20, 1, 100000, 'unfinished deposits at once of one company for one consultation'),
('company-bytes', 17179869184, 1048576, 1125899906842624, 'bytes at once in unfinished deposits of one company for one consultation'),
('consultation-deposits', 20000, 1, 10000000, 'unfinished deposits at once for one consultation'),
('consultation-bytes', 4398046511104, 1048576, 1125899906842624, 'bytes at once in unfinished deposits for one consultation'),
('expiry-hours', 168, 1, 87600, 'hours without a byte after which an unfinished deposit is abandoned, its bytes dropped and its company told'),
('health-days', 1826, 31, 36500, 'days for which the samples of the platform''s health are kept; their digests stay in the journal');

-- Where the last byte that was ever announced for an envelope would end: what it counts for in the limits.
alter table envelope add column reserved bigint not null default 0 check (reserved >= 0);
alter table deposit add column reserved bigint not null default 0 check (reserved >= 0);
create index deposit_unfinished on deposit (body, consultation, company) where state = 'started';

-- A rehearsal goes through every step and counts for nothing (annexe 7 art. 1-II: simulate a deposit). A
-- consultation made for rehearsals is always open, never listed, never opened.
alter table consultation add column rehearsal boolean not null default false;
alter table deposit add column rehearsal boolean not null default false, add column request jsonb not null default '{}';

-- A lot may ask for other envelopes than its consultation; null: the same.
alter table consultation_lot add column envelopes text[] check (envelopes <@ array['candidature', 'offre'] and cardinality(envelopes) > 0);

-- Facts of the platform itself are no procedure's: no State platform is fed them.
alter table event drop constraint event_channel_check, add constraint event_channel_check check (channel in ('procurement', 'actes', 'platform'));

-- What a front saw of itself, once a minute, as one line of JSON that never changes. That a minute is missing is evidence too.
create table health (
        id   bigint generated always as identity primary key,
        at   timestamptz not null default clock_timestamp(),
        line text not null check (length(line) <= 4000 and line !~ '\n')
);
create index health_at on health (at);
create trigger append_only before update on health for each row execute function refuse_change();

-- The digest over the lines of one past hour, in an event: what the platform said of itself cannot be written afterwards.
create table health_hour (
        since  timestamptz primary key check (date_trunc('hour', since at time zone 'UTC') = since at time zone 'UTC'),
        lines  int not null,
        digest bytea not null check (length(digest) = 32),
        event  bigint not null references event
);
select append_only('health_hour');

-- Copies de sauvegarde (annexe 6): what a company handed in on paper or on a medium, beside its deposit.
create table safeguard (
        body         bigint not null references body,
        id           uuid not null,
        cycle        text not null generated always as ('safeguard') stored,
        step         int not null,
        state        text not null,
        consultation uuid not null,
        number       int not null check (number > 0),
        company      text not null check (length(company) between 1 and 300),
        siret        text check (siret ~ '^[0-9]{14}$'),
        lots         text[] not null default '{}',
        form         text not null check (form in ('paper', 'medium')),
        marked       boolean not null,
        received     timestamptz not null,
        received_by  text not null check (length(received_by) between 1 and 300),
        registered   timestamptz not null default clock_timestamp(),
        party        uuid not null references party,
        ground       text check (ground in ('malware', 'unreadable', 'late', 'incomplete')),
        deposit      uuid,
        reason       text check (length(reason) <= 2000),
        primary key (body, id),
        unique (body, consultation, number),
        foreign key (body, consultation) references consultation (body, id),
        foreign key (body, deposit) references deposit (body, id),
        -- Opened only in a case of the law, about a deposit.
        check (state <> 'opened' or (ground is not null and deposit is not null))
);
select tenant('safeguard');
select stepping('safeguard');
