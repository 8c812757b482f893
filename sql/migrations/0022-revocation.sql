-- Revocation data that verdicts asked for: the relay fetches it, every front gives it to its judges. Public data of
-- certification authorities, so nobody's: no body, no party.
create table revocation (
        id          bigint generated always as identity primary key,
        source      bytea not null unique check (length(source) = 32),
        kind        text not null check (kind in ('crl', 'ocsp')),
        url         text not null check (length(url) between 8 and 1000 and url ~ '^https?://[!-~]+$'),
        request     bytea not null default '' check (length(request) <= 2048 and (kind = 'ocsp') = (length(request) > 0)),
        wanted_at   timestamptz not null default clock_timestamp(),
        due_at      timestamptz not null default clock_timestamp(),
        lease_until timestamptz,
        failures    int not null default 0,
        problem     text,
        fetched_at  timestamptz,
        data        bytea
);
alter table revocation alter column data set storage external;
create index revocation_due on revocation (due_at);
