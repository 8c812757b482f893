-- Deposits (plis): what a company sends, sealed, and what its opening gives.

create table deposit (
        body         bigint not null references body,
        id           uuid not null,
        cycle        text not null generated always as ('deposit') stored,
        step         int not null,
        state        text not null,
        consultation uuid not null,
        party        uuid not null references party,
        company      text not null,
        started      timestamptz not null,
        received     timestamptz,
        late         boolean,
        event        bigint,
        primary key (body, id),
        foreign key (body, consultation) references consultation (body, id),
        -- Both instants and the lateness are known from the commit on (R2151-5; annexe 6).
        check ((received is null) = (late is null) and (state <> 'started' or received is null))
);
select tenant('deposit');
select stepping('deposit');
create index deposit_consultation on deposit (body, consultation, company);

create table envelope (
        body            bigint not null,
        id              uuid not null,
        cycle           text not null generated always as ('envelope') stored,
        step            int not null,
        state           text not null,
        deposit         uuid not null,
        name            text not null check (name ~ '^[a-z0-9-]{1,40}$'),
        lot             text,
        kind            text check (kind in ('candidature', 'offre')),
        day             date not null,
        content         bigint not null,
        manifest        bytea,
        manifest_sha256 bytea generated always as (sha256(manifest)) stored,
        manifest_at     timestamptz,
        summary         jsonb,
        chunks          int check (chunks between 1 and 1048576),
        digest          bytea check (length(digest) = 32),
        bytes           bigint,
        arrived_at      timestamptz,
        lease_until     timestamptz,
        report          jsonb,
        settled_at      timestamptz,
        primary key (body, id),
        unique (body, deposit, name),
        foreign key (body, deposit) references deposit (body, id),
        foreign key (body, day, content) references content (body, day, id),
        check (state in ('open', 'abandoned') or (manifest is not null and bytes is not null and kind is not null and lot is not null))
);
select tenant('envelope');
select stepping('envelope');
create index envelope_ready on envelope (lease_until) where state = 'ready';

-- The deposit of a company that counts for a lot: the last one (R2151-6). A late one never takes the place
-- of one that came in time. lot is '' where the consultation has none.
create table standing (
        body         bigint not null,
        consultation uuid not null,
        company      text not null,
        lot          text not null,
        late         boolean not null,
        deposit      uuid not null,
        primary key (body, consultation, company, lot, late),
        foreign key (body, consultation) references consultation (body, id),
        foreign key (body, deposit) references deposit (body, id)
);
select tenant('standing');

-- What happened on the wire, kept as evidence that the platform worked (CE 23/09/2021, n° 449250).
create table transfer (
        body     bigint not null,
        id       bigint generated always as identity,
        deposit  uuid not null,
        envelope text not null,
        at       timestamptz not null default clock_timestamp(),
        attempt  jsonb not null,
        primary key (body, id),
        foreign key (body, deposit) references deposit (body, id)
);
select tenant('transfer');
select append_only('transfer');
create index transfer_deposit on transfer (body, deposit);

-- Who was there when the tenders were opened (procès-verbal d'ouverture).
create table presence (
        body         bigint not null,
        consultation uuid not null,
        party        uuid not null references party,
        at           timestamptz not null default clock_timestamp(),
        primary key (body, consultation, party),
        foreign key (body, consultation) references consultation (body, id)
);
select tenant('presence');
select append_only('presence');

-- A member's share of one content key, handed over after the hour.
create table share (
        body     bigint not null,
        envelope uuid not null,
        x        int not null,
        share    bytea not null check (length(share) = 33),
        party    uuid not null references party,
        at       timestamptz not null default clock_timestamp(),
        primary key (body, envelope, x),
        foreign key (body, envelope) references envelope (body, id),
        check (get_byte(share, 0) = x)
);
select tenant('share');
select append_only('share');
