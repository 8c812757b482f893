-- What was published of a contract: the essential data, as they were checked.
create table essential (
        body         bigint not null,
        contract     uuid not null,
        published_at timestamptz not null default clock_timestamp(),
        changed_at   timestamptz not null default clock_timestamp(),
        data         jsonb not null,
        primary key (body, contract),
        foreign key (body, contract) references contract (body, id)
);
select tenant('essential');
create index essential_changed on essential (changed_at, contract);

-- What came to a consultation from elsewhere and is shown with it: a DUME (ESPD response), a Passe Marché file.
alter table consultation add column profile jsonb not null default '{}';
