-- What the notaries say of themselves, so that doctor and metrics can tell.
create table notary (
        id      uuid primary key,
        seen_at timestamptz not null default clock_timestamp(),
        active  boolean not null,
        report  jsonb not null
);

-- Below this journal index every leaf has its receipt: what is missing is looked for from there on.
create table receipt_mark (
        one   boolean primary key default true check (one),
        index bigint not null
);
insert into receipt_mark (index) values (0);

-- A State platform reads its own channels and departments out of what is everybody's.
create index event_channel_department on event (channel, department, id);
