-- A chunk is settled once the request that carried it was found whole (Content-Digest, RFC 9530) and is being acknowledged:
-- from then on nothing but the end of its content takes it away or changes it.
alter table chunk add column settled boolean not null default false;
