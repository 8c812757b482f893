-- When a consultation was begun: the order of a buyer's desk.
alter table consultation add column created_at timestamptz not null default clock_timestamp();
create index consultation_newest on consultation (body, created_at);
