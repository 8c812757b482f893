-- Consultations: what a buyer publishes, and its commission.

create table consultation (
        body         bigint not null references body,
        id           uuid not null,
        cycle        text not null generated always as ('consultation') stored,
        step         int not null,
        state        text not null,
        reference    text not null check (length(reference) between 1 and 100),
        title        text not null check (length(title) between 1 and 500),
        object       text not null check (length(object) between 1 and 2000),
        procedure    text not null check (length(procedure) between 1 and 100),
        deadline     timestamptz not null,
        quorum       int not null check (quorum between 1 and 16),
        envelopes    text[] not null check (envelopes <@ array['candidature', 'offre'] and cardinality(envelopes) > 0),
        created_by   uuid not null references party,
        published_at timestamptz,
        opening_at   timestamptz,
        opening_by   uuid references party,
        opened_at    timestamptz,
        primary key (body, id),
        unique (body, reference)
);
select tenant('consultation');
select stepping('consultation');
create index consultation_published on consultation (published_at desc, id) where published_at is not null;

create table consultation_lot (
        body         bigint not null,
        consultation uuid not null,
        number       text not null check (number ~ '^[A-Za-z0-9.-]{1,20}$'),
        title        text not null check (length(title) between 1 and 500),
        primary key (body, consultation, number),
        foreign key (body, consultation) references consultation (body, id)
);
select tenant('consultation_lot');

-- x is the abscissa of the member's share of each content key (Shamir 1979), from 1.
create table consultation_member (
        body         bigint not null,
        consultation uuid not null,
        x            int not null check (x between 1 and 16),
        party        uuid not null references party,
        primary key (body, consultation, x),
        unique (body, consultation, party),
        foreign key (body, consultation) references consultation (body, id)
);
select tenant('consultation_member');

create table document (
        body         bigint not null,
        consultation uuid not null,
        name         text not null check (length(name) between 1 and 255 and name !~ '[/\\[:cntrl:]]' and name not in ('.', '..')),
        media_type   text not null check (media_type ~ '^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+$'),
        day          date not null,
        content      bigint not null,
        size         bigint,
        sha256       bytea check (length(sha256) = 32),
        primary key (body, consultation, name),
        foreign key (body, consultation) references consultation (body, id),
        foreign key (body, day, content) references content (body, day, id),
        check ((size is null) = (sha256 is null))
);
select tenant('document');

-- Registre des retraits: who took which document, when; anonymous withdrawal is allowed (annexe 6).
create table withdrawal (
        body         bigint not null,
        id           bigint generated always as identity,
        consultation uuid not null,
        document     text not null,
        party        uuid references party,
        at           timestamptz not null default clock_timestamp(),
        primary key (body, id),
        foreign key (body, consultation, document) references document (body, consultation, name)
);
select tenant('withdrawal');
select append_only('withdrawal');
