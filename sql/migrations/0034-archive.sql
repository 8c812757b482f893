-- Transfers to an archive service (SEDA): what was handed over, what it answered.
create table archive_transfer (
        body         bigint not null references body,
        id           uuid not null,
        consultation uuid not null,
        request      jsonb not null,
        made_at      timestamptz not null default clock_timestamp(),
        party        uuid not null references party,
        code         text,
        reply        jsonb,
        reply_xml    bytea,
        replied_at   timestamptz,
        event        bigint references event,
        primary key (body, id),
        foreign key (body, consultation) references consultation (body, id),
        check ((code is null) = (reply_xml is null) and (code is null) = (replied_at is null))
);
select tenant('archive_transfer');
