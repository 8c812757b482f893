-- Numbers beside identifiers, for software that knows a transaction or a file by a number (S²LOW's API); what the
-- search looks through.
create sequence transaction_number;
alter table filing add transaction bigint not null unique default nextval('pli.transaction_number');
alter table letter add transaction bigint not null unique default nextval('pli.transaction_number'), add read_at timestamptz;
alter table filing_file add number bigint generated always as identity unique;
create index filing_words on filing using gin (to_tsvector('french', coalesce(number, '') || ' ' || coalesce(object, '')));
create index filing_state on filing (body, state, created_at, id);
-- Acts that the authority publishes: newest first, by anyone.
create index filing_public on filing (decided, id) where public and state = 'acknowledged';
