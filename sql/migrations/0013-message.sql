-- Every message of @CTES. A message sent (a reply, a receipt of a letter, a cancellation, a wish for the
-- classification) is a filing of its own, about an acte: it has its files, checks, steps, receipt and place in the outbox.

alter table filing
        alter number drop not null, alter decided drop not null, alter nature drop not null, alter matter drop not null,
        alter object drop not null, alter classification drop not null, alter act drop not null,
        drop constraint filing_kind_check,
        add constraint filing_kind_check check (kind in ('acte', 'message')),
        add message text check (message in ('1-1', '2-2', '3-2', '3-3', '3-4', '4-2', '4-3', '4-4', '6-1', '7-1')),
        add about uuid,
        add letter uuid,
        add letter_date date,
        add public boolean not null default false,
        add answer_due timestamptz,
        add alerted_at timestamptz;
update filing set message = '1-1';
alter table filing
        add constraint acte_whole check (kind <> 'acte' or (message = '1-1' and number is not null and decided is not null and nature is not null
                and matter is not null and object is not null and classification is not null and act is not null)),
        add constraint message_whole check (kind <> 'message' or (message <> '1-1' and (about is not null or message = '7-1')
                and (letter is not null) = (message < '6'))),
        add foreign key (body, about) references filing (body, id);
create index filing_about on filing (body, about) where about is not null;
create index filing_newest on filing (body, created_at, id);
-- Until when the State's word is waited for in silence; then it was an alert.
create index filing_answer_due on filing (answer_due) where answer_due is not null;
create index filing_alerted on filing (alerted_at) where alerted_at is not null;

-- What a prefecture writes about an acte: courrier simple, demande de pièces complémentaires, lettre d'observations,
-- déféré. Its bytes are the answer's.
create table letter (
        body     bigint not null,
        id       uuid not null,
        cycle    text not null generated always as ('letter') stored,
        step     int not null,
        state    text not null,
        filing   uuid not null,
        message  text not null check (message in ('2-1', '3-1', '4-1', '5-1')),
        dated    date not null,
        text     text,
        answer   bigint,
        at       timestamptz not null default clock_timestamp(),
        primary key (body, id),
        foreign key (body, filing) references filing (body, id),
        foreign key (body, answer) references answer (body, id)
);
select tenant('letter');
select stepping('letter');
create index letter_filing on letter (body, filing);
create index letter_at on letter (body, at, id);
alter table filing add foreign key (body, letter) references letter (body, id);

-- RetourClassification (7-2), by version: what a prefecture's authorities may file under.
create table classification (
        body        bigint not null references body,
        version     date not null,
        natures     jsonb not null,
        matters     jsonb not null,
        received_at timestamptz not null default clock_timestamp(),
        checked_at  timestamptz not null default clock_timestamp(),
        primary key (body, version)
);
select tenant('classification');

insert into setting (name, value, least, most, sentence) values
('answer-days', 3, 1, 60, 'Days after which a sent filing without an answer of the State is an alert.');

-- Who asked for a thing of another body: told once a party, thing and hour, so that nobody fills the journal.
create table access_refused (
        party   uuid not null references party,
        subject uuid not null references place,
        hour    timestamptz not null,
        primary key (party, subject, hour)
);
