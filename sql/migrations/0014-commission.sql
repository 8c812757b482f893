-- Commissions: who stands in for whom, who has shown that its key works; openings in an order, with decisions.

-- A substitute (suppléant) sits on the member's seat when the member does not come: both keys unwrap the same share, so
-- that a seat counts once, whoever sits on it.
alter table consultation_member add column substitute uuid references party, add check (substitute <> party);
create unique index consultation_substitute on consultation_member (body, consultation, substitute) where substitute is not null;

-- That somebody holds the private key of his certificate: 'request', a PKCS#10 request signed by it, checked when he was
-- enrolled; 'share', a share sealed for it that came back opened. evidence: SHA-256 of the request, or of the share.
create table key_proof (
        party    uuid not null references party,
        kind     text not null check (kind in ('request', 'share')),
        evidence bytea not null check (length(evidence) = 32),
        at       timestamptz not null default clock_timestamp(),
        primary key (party, kind)
);
select append_only('key_proof');

-- What was sealed for a party to show it; the last one asked for.
create table key_challenge (
        party    uuid primary key references party,
        manifest bytea not null,
        share    bytea not null check (length(share) = 32),
        until    timestamptz not null
);

-- A rehearsal of the opening: an envelope of no meaning sealed for the commission as it is, and who has opened his share
-- of it. Another commission makes another rehearsal.
create table opening_trial (
        body         bigint not null,
        consultation uuid not null,
        manifest     bytea not null,
        ciphertext   bytea not null check (length(ciphertext) <= 65536),
        summary      jsonb not null,
        at           timestamptz not null default clock_timestamp(),
        opened_at    timestamptz,
        primary key (body, consultation),
        foreign key (body, consultation) references consultation (body, id)
);
select tenant('opening_trial');
create table opening_trial_share (
        body         bigint not null,
        consultation uuid not null,
        party        uuid not null references party,
        share        bytea not null check (length(share) = 33),
        at           timestamptz not null default clock_timestamp(),
        primary key (body, consultation, party),
        foreign key (body, consultation) references opening_trial (body, consultation) on delete cascade
);
select tenant('opening_trial_share');

insert into setting (name, value, least, most, sentence) values
('member-proof', 1, 0, 1, '1: a commission member''s key is refused until its holder has shown that he has it; 0: it is taken'),
('opening-rehearsal', 1, 0, 2, 'at publication, where a member''s key has not rehearsed the opening: 0 nothing, 1 it is said, 2 refused');

-- The candidatures first: the offers of a company stay sealed until the buyer has admitted it (R2144-1, R2161-4).
alter table consultation add column candidatures_first boolean not null default false;
-- What the buyer decided of a deposit; the columns say what is in force, the rows who said so and why.
alter table deposit add column admitted boolean, add column late_asked boolean not null default false, add column offers_asked boolean not null default false;
create table opening_decision (
        body         bigint not null,
        id           bigint generated always as identity,
        consultation uuid not null,
        deposit      uuid not null,
        decision     text not null check (decision in ('admit', 'eliminate', 'open-late', 'open-offers')),
        reason       text check (length(reason) <= 2000),
        party        uuid not null references party,
        at           timestamptz not null default clock_timestamp(),
        primary key (body, id),
        foreign key (body, consultation) references consultation (body, id),
        foreign key (body, deposit) references deposit (body, id)
);
select tenant('opening_decision');
select append_only('opening_decision');
