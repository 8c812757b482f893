-- What buyers and companies tell each other: questions, secure mail with proof of reading, signatures of contracts.

-- Where a person is told by e-mail that something waits.
create table contact (
        party  uuid primary key references party,
        mail   text not null check (mail ~ '^[^@[:space:]<>]+@[^@[:space:]<>]+$' and length(mail) <= 254),
        set_at timestamptz not null default clock_timestamp()
);

-- Asked by a company, answered to all; who asked is the buyer's affair alone.
create table question (
        body         bigint not null references body,
        id           uuid not null,
        cycle        text not null generated always as ('question') stored,
        step         int not null,
        state        text not null,
        consultation uuid not null,
        number       int not null check (number > 0),
        party        uuid not null references party,
        company      text not null,
        lot          text,
        text         text not null check (length(text) between 1 and 10000),
        asked_at     timestamptz not null default clock_timestamp(),
        published    text check (length(published) between 1 and 10000), -- the question as everyone reads it
        answer       text check (length(answer) between 1 and 20000),
        answered_at  timestamptz,
        primary key (body, id),
        unique (body, consultation, number),
        foreign key (body, consultation) references consultation (body, id)
);
select tenant('question');
select stepping('question');

-- A round of negotiation: who is in it, until when its answers come.
create table round (
        body         bigint not null,
        consultation uuid not null,
        number       int not null check (number > 0),
        at           timestamptz not null default clock_timestamp(),
        until        timestamptz not null,
        party        uuid not null references party,
        primary key (body, consultation, number),
        foreign key (body, consultation) references consultation (body, id)
);
select tenant('round');

-- One message to one company. The token in its link is kept as a digest; reading, answering and expiry are facts.
create table mail (
        body         bigint not null references body,
        id           uuid not null,
        cycle        text not null generated always as ('mail') stored,
        step         int not null,
        state        text not null,
        consultation uuid not null,
        kind         text not null check (kind in ('message', 'completion', 'negotiation', 'rejection', 'award', 'notification')),
        round        int,
        lot          text,
        sender       uuid not null references party,
        recipient    uuid not null references party,
        company      text not null,
        subject      text not null check (length(subject) between 1 and 300),
        text         text not null check (length(text) between 1 and 50000),
        token        bytea check (length(token) = 32),
        made_at      timestamptz not null default clock_timestamp(),
        sent_at      timestamptz,
        answer_by    timestamptz, -- an answer is asked for, until then
        expires_at   timestamptz,
        read_at      timestamptz,
        read_by      jsonb,
        answer       text check (length(answer) <= 50000),
        answered_at  timestamptz,
        late         boolean,
        primary key (body, id),
        foreign key (body, consultation) references consultation (body, id),
        foreign key (body, consultation, round) references round (body, consultation, number)
);
select tenant('mail');
select stepping('mail');
create index mail_consultation on mail (body, consultation, made_at);
create unique index mail_token on mail (token) where token is not null;
create index mail_company on mail (company, made_at);
create index mail_expiry on mail (expires_at) where state in ('sent', 'delivered');

create table mail_file (
        body       bigint not null,
        mail       uuid not null,
        side       text not null check (side in ('sender', 'recipient')),
        name       text not null check (length(name) between 1 and 255 and name !~ '[/\\[:cntrl:]]' and name not in ('.', '..')),
        media_type text not null check (media_type ~ '^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+$'),
        day        date not null,
        content    bigint not null,
        size       bigint,
        sha256     bytea check (length(sha256) = 32),
        primary key (body, mail, side, name),
        foreign key (body, mail) references mail (body, id),
        foreign key (body, day, content) references content (body, day, id)
);
select tenant('mail_file');

-- E-mails that wait for the relay, written with the fact they are about. `token` leaves with the mail.
create table post (
        body        bigint not null references body,
        item        bigint generated always as identity unique,
        mail        uuid,
        kind        text not null,
        address     text not null,
        consultation uuid not null,
        subject     text not null,
        token       text,
        state       text not null default 'waiting' check (state in ('waiting', 'sending', 'done', 'failed')),
        attempt     int not null default 0,
        due_at      timestamptz not null default clock_timestamp(),
        lease_until timestamptz,
        queued_at   timestamptz not null default clock_timestamp(),
        detail      text check (length(detail) <= 500),
        primary key (body, item),
        foreign key (body, mail) references mail (body, id),
        foreign key (body, consultation) references consultation (body, id)
);
select tenant('post');
create index post_due on post (due_at) where state in ('waiting', 'sending');

-- When the letters that end a procedure went out: the standstill runs from there (R2182-1).
alter table consultation add column letters_at timestamptz, add column letters_electronic boolean, add column standstill_until timestamptz;

-- The contract's documents, and each party's signature over them.
create table contract_file (
        body       bigint not null,
        contract   uuid not null,
        role       text not null check (role in ('document', 'holder', 'buyer')),
        name       text not null check (length(name) between 1 and 255 and name !~ '[/\\[:cntrl:]]' and name not in ('.', '..')),
        media_type text not null check (media_type ~ '^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+$'),
        day        date not null,
        content    bigint not null,
        size       bigint,
        sha256     bytea check (length(sha256) = 32),
        report     jsonb,
        put_at     timestamptz not null default clock_timestamp(),
        party      uuid not null references party,
        primary key (body, contract, role, name),
        foreign key (body, contract) references contract (body, id),
        foreign key (body, day, content) references content (body, day, id)
);
select tenant('contract_file');
