-- The mailbox of the State's answers is a channel of its own: it may be away while the sending works.
insert into channel (name) values ('mailbox') on conflict do nothing;
