-- Stored bytes: a content is a row, its chunks are rows of one partition, that of the day it began.

create table content (
        body       bigint not null references body,
        day        date not null,
        id         bigint generated always as identity,
        kind       text not null check (kind in ('document', 'envelope', 'filing')),
        open       boolean not null default true,
        created_at timestamptz not null default clock_timestamp(),
        primary key (body, day, id),
        unique (day, id)
);
select tenant('content');

-- 256 KiB a row, out of line and not compressed: ciphertext does not compress.
create table chunk (
        body       bigint not null,
        day        date not null,
        content    bigint not null,
        number     int not null check (number >= 0),
        size       int not null check (size between 1 and 1048576),
        arrived_at timestamptz not null,
        sha256     bytea not null check (length(sha256) = 32),
        data       bytea not null,
        primary key (body, day, content, number),
        foreign key (body, day, content) references content (body, day, id)
) partition by range (day);
alter table chunk alter column data set storage external;
-- A byte is never refused because a partition was not made in time.
create table chunk_default partition of chunk default;
select tenant('chunk');
select tenant('chunk_default');
