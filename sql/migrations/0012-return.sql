-- What comes back from the State and cannot be used: told once, whatever becomes of the mail.
create table stray (
        channel text not null,
        mail    text not null check (length(mail) between 1 and 100),
        at      timestamptz not null default clock_timestamp(),
        detail  jsonb not null,
        event   bigint not null references event,
        primary key (channel, mail)
);
select append_only('stray');
