-- A reader finds what is his among millions of receipts by an index: whom a receipt concerns stands in it too.
alter table receipt add column channel text, add column department text, add column company text, add column owner bigint;
update receipt r set channel = e.channel, department = e.department, company = e.company, owner = e.body from event e where e.id = r.event;
create index receipt_channel on receipt (channel, index) include (department);
create index receipt_company on receipt (company, index) where company is not null;
create index receipt_owner on receipt (owner, index) where owner is not null;
drop index event_channel_department;
