-- How long tenders are kept, and their destruction.

insert into setting (name, value, least, most, sentence) values
('retention-days', 1827, 30, 36500, 'days for which tenders are kept from the signature of the contract, or from the opening where none was signed (R2184-12: five years)'),
('retention-contract-days', 3653, 30, 36500, 'days for which the tender of a contract''s holder is kept from the end of the contract (R2184-13: five years, ten for works)'),
('destruction-visa', 1, 0, 1, '1: nothing is destroyed before the archives'' visa is recorded (code du patrimoine R212-14); 0: the day is enough');

-- What the buyer has laid down: a later day than the rule's, the archives' visa.
create table retention (
        body         bigint not null,
        consultation uuid not null,
        held_until   timestamptz,
        hold_reason  text check (length(hold_reason) between 1 and 2000),
        visa         text check (length(visa) between 1 and 200),
        primary key (body, consultation),
        foreign key (body, consultation) references consultation (body, id),
        check ((held_until is null) = (hold_reason is null))
);
select tenant('retention');

-- The bytes are gone; manifest, digests, report, receipts and registers stay as evidence.
alter table deposit add column destroyed_at timestamptz;
