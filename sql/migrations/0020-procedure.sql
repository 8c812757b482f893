-- What a buyer profile says of a procedure: its type, what is bought, where, for how much; corrections; the outcome.

-- Types of procedure (code de la commande publique, L2120-1, L3120-1). `decp` is the name in the essential data.
create table procedure_type (
        code        text primary key check (code ~ '^[A-Za-z-]{2,30}$'),
        formal      boolean not null,
        concession  boolean not null,
        decp        text not null,
        standstill  boolean not null, -- R2182-1, R3125-2
        notice      boolean not null, -- preceded by a public notice
        sentence_en text not null,
        sentence_fr text not null
);
insert into procedure_type (code, formal, concession, decp, standstill, notice, sentence_en, sentence_fr) values
('MAPA', false, false, 'Procédure adaptée', false, true, 'Adapted procedure', 'Procédure adaptée'),
('open', true, false, 'Appel d''offres ouvert', true, true, 'Open call for tenders', 'Appel d''offres ouvert'),
('restricted', true, false, 'Appel d''offres restreint', true, true, 'Restricted call for tenders', 'Appel d''offres restreint'),
('negotiated', true, false, 'Procédure avec négociation', true, true, 'Procedure with negotiation', 'Procédure avec négociation'),
('dialogue', true, false, 'Dialogue compétitif', true, true, 'Competitive dialogue', 'Dialogue compétitif'),
('direct', false, false, 'Marché passé sans publicité ni mise en concurrence préalable', false, false, 'Contract without prior publicity or competition', 'Marché sans publicité ni mise en concurrence préalables'),
('subsequent', false, false, 'Procédure adaptée', false, false, 'Contract under a framework agreement', 'Marché subséquent à un accord-cadre'),
('concession-open', false, true, 'Procédure négociée ouverte', true, true, 'Concession, open negotiated procedure', 'Concession, procédure négociée ouverte'),
('concession-restricted', false, true, 'Procédure négociée restreinte', true, true, 'Concession, restricted negotiated procedure', 'Concession, procédure négociée restreinte'),
('concession-direct', false, true, 'Procédure non négociée ouverte', false, true, 'Concession without negotiation', 'Concession, procédure non négociée ouverte');

-- Thresholds, euros without tax, by the day on which the procedure begins: an operator adds a row when the law changes.
create table threshold (
        name       text not null check (name in ('publicity', 'platform', 'notice', 'formal', 'essential-data')),
        nature     text not null check (nature in ('works', 'supplies', 'services', 'concession')),
        buyer      text not null check (buyer in ('any', 'central', 'authority', 'utility')),
        valid_from date not null,
        amount     numeric not null check (amount > 0),
        clause     text not null,
        primary key (name, nature, buyer, valid_from)
);
insert into threshold (name, nature, buyer, valid_from, amount, clause)
select 'formal', nature, buyer, valid_from, amount, 'CCP annexe 2'
from (values ('2024-01-01'::date, 143000, 221000, 443000, 5538000), ('2026-01-01', 140000, 216000, 432000, 5404000)) t (valid_from, central, authority, utility, works),
     lateral (values ('supplies', 'central', central), ('services', 'central', central), ('supplies', 'authority', authority), ('services', 'authority', authority),
              ('supplies', 'utility', utility), ('services', 'utility', utility), ('works', 'any', works), ('concession', 'any', works)) r (nature, buyer, amount);
insert into threshold (name, nature, buyer, valid_from, amount, clause)
select name, nature, 'any', valid_from::date, amount, clause
from (values ('publicity', 'supplies', '2020-01-01', 40000, 'R2122-8'), ('publicity', 'services', '2020-01-01', 40000, 'R2122-8'),
             ('publicity', 'supplies', '2026-04-01', 60000, 'R2122-8'), ('publicity', 'services', '2026-04-01', 60000, 'R2122-8'),
             ('publicity', 'works', '2020-07-24', 100000, 'R2122-8'),
             ('platform', 'supplies', '2018-10-01', 40000, 'R2132-2'), ('platform', 'services', '2018-10-01', 40000, 'R2132-2'), ('platform', 'works', '2018-10-01', 40000, 'R2132-2'),
             ('platform', 'supplies', '2026-04-01', 60000, 'R2132-2'), ('platform', 'services', '2026-04-01', 60000, 'R2132-2'), ('platform', 'works', '2026-04-01', 60000, 'R2132-2'),
             ('notice', 'supplies', '2019-04-01', 90000, 'R2131-12'), ('notice', 'services', '2019-04-01', 90000, 'R2131-12'), ('notice', 'works', '2019-04-01', 90000, 'R2131-12'),
             ('essential-data', 'supplies', '2024-01-01', 40000, 'R2196-1'), ('essential-data', 'services', '2024-01-01', 40000, 'R2196-1'),
             ('essential-data', 'works', '2024-01-01', 40000, 'R2196-1'), ('essential-data', 'concession', '2024-01-01', 0.01, 'R3131-1')) t (name, nature, valid_from, amount, clause);

-- Divisions of the Common Procurement Vocabulary (Regulation 213/2008): the first two digits of a code.
create table cpv_division (
        code  text primary key check (code ~ '^[0-9]{2}$'),
        en    text not null,
        fr    text not null
);
insert into cpv_division (code, en, fr) values
('03', 'Agriculture, farming, fishing, forestry', 'Agriculture, élevage, pêche, sylviculture'), ('09', 'Petroleum products, fuel, electricity', 'Produits pétroliers, combustibles, électricité'),
('14', 'Mining, basic metals', 'Produits d''exploitation minière, métaux de base'), ('15', 'Food, beverages, tobacco', 'Produits alimentaires, boissons, tabac'),
('16', 'Agricultural machinery', 'Machines agricoles'), ('18', 'Clothing, footwear, luggage', 'Vêtements, chaussures, bagages'), ('19', 'Leather and textile fabrics, plastic and rubber', 'Cuir, textiles, plastique et caoutchouc'),
('22', 'Printed matter', 'Imprimés'), ('24', 'Chemical products', 'Produits chimiques'), ('30', 'Office and computing machinery', 'Machines et fournitures de bureau et informatiques'),
('31', 'Electrical machinery, lighting', 'Machines et appareils électriques, éclairage'), ('32', 'Radio, television, communication', 'Radio, télévision, communication'),
('33', 'Medical equipment, pharmaceuticals', 'Équipements médicaux, produits pharmaceutiques'), ('34', 'Transport equipment', 'Équipement de transport'),
('35', 'Security, fire-fighting, police, defence', 'Sécurité, incendie, police, défense'), ('37', 'Musical instruments, sport, games, toys', 'Instruments de musique, sport, jeux, jouets'),
('38', 'Laboratory, optical, precision equipment', 'Équipements de laboratoire, d''optique, de précision'), ('39', 'Furniture, furnishings, cleaning products', 'Meubles, aménagement, produits de nettoyage'),
('41', 'Collected and purified water', 'Eau captée et traitée'), ('42', 'Industrial machinery', 'Machines industrielles'), ('43', 'Machinery for mining, quarrying, construction', 'Machines pour mines, carrières, construction'),
('44', 'Construction structures and materials', 'Structures et matériaux de construction'), ('45', 'Construction work', 'Travaux de construction'), ('48', 'Software', 'Logiciels'),
('50', 'Repair and maintenance', 'Réparation et entretien'), ('51', 'Installation services', 'Services d''installation'), ('55', 'Hotel, restaurant, retail services', 'Hôtellerie, restauration, commerce de détail'),
('60', 'Transport services', 'Services de transport'), ('63', 'Supporting transport services, travel agencies', 'Services annexes des transports, agences de voyages'),
('64', 'Postal and telecommunications services', 'Services postaux et télécommunications'), ('65', 'Public utilities', 'Services publics (eau, énergie)'), ('66', 'Financial and insurance services', 'Services financiers et d''assurance'),
('70', 'Real estate services', 'Services immobiliers'), ('71', 'Architecture, engineering, inspection', 'Architecture, ingénierie, inspection'), ('72', 'IT services', 'Services informatiques'),
('73', 'Research and development', 'Recherche et développement'), ('75', 'Administration, defence, social security', 'Administration, défense, sécurité sociale'),
('76', 'Services related to oil and gas', 'Services relatifs au pétrole et au gaz'), ('77', 'Agricultural, forestry, horticultural services', 'Services agricoles, sylvicoles, horticoles'),
('79', 'Business services: law, marketing, printing, security', 'Services aux entreprises : droit, communication, impression, sécurité'), ('80', 'Education and training', 'Enseignement et formation'),
('85', 'Health and social work', 'Santé et action sociale'), ('90', 'Sewage, refuse, cleaning, environment', 'Eaux usées, déchets, nettoyage, environnement'),
('92', 'Recreation, culture, sport', 'Services récréatifs, culturels et sportifs'), ('98', 'Other community services', 'Autres services communautaires');

alter table consultation
        add column nature text check (nature in ('works', 'supplies', 'services', 'concession')),
        add column buyer text not null default 'authority' check (buyer in ('central', 'authority', 'utility')),
        add column cpv text[] not null default '{}' check (cardinality(cpv) <= 20),
        add column place jsonb,
        add column months int check (months between 1 and 1200),
        add column estimate numeric check (estimate >= 0), -- never told before the award
        add column exemption text check (length(exemption) <= 500),
        add column technique text not null default 'none' check (technique in ('none', 'framework', 'dynamic', 'design-contest', 'qualification', 'catalogue', 'auction')),
        add column framework uuid, -- the consultation of the framework agreement that this one is held under
        add column criteria jsonb not null default '[]',
        add column more jsonb not null default '{}', -- what the essential data and notices say besides
        add column publish_at timestamptz,
        add column closed_at timestamptz,
        add column analysis jsonb,
        add column outcome jsonb,
        add column decided_at timestamptz,
        add column notified_at timestamptz,
        add column archived_at timestamptz,
        add column access_salt bytea,
        add column access_sha256 bytea check (length(access_sha256) = 32),
        add column corrections int not null default 0,
        add foreign key (body, framework) references consultation (body, id),
        add check ((access_salt is null) = (access_sha256 is null)),
        add check (technique <> 'framework' or framework is null);
create index consultation_scheduled on consultation (publish_at) where state = 'scheduled';
create index consultation_due on consultation (deadline) where state = 'published' and not rehearsal;
create index consultation_framework on consultation (body, framework) where framework is not null;
alter table consultation_lot add column cpv text[] not null default '{}', add column estimate numeric check (estimate >= 0), add column place jsonb;

-- Every change of a published consultation: what it was, what it is, why.
create table consultation_change (
        body         bigint not null,
        consultation uuid not null,
        number       int not null check (number > 0),
        at           timestamptz not null default clock_timestamp(),
        party        uuid references party,
        reason       text not null check (length(reason) between 1 and 2000),
        changes      jsonb not null,
        event        bigint references event,
        primary key (body, consultation, number),
        foreign key (body, consultation) references consultation (body, id)
);
select tenant('consultation_change');
select append_only('consultation_change');

-- Documents have versions: the one in use, those before it, and one on its way in, which replaces nothing until it is whole.
alter table document add column version int not null default 1, add column put_at timestamptz not null default clock_timestamp(), add column note text check (length(note) <= 2000);
alter table withdrawal add column version int not null default 1;
create table document_former (
        body         bigint not null,
        consultation uuid not null,
        name         text not null,
        version      int not null check (version > 0),
        media_type   text not null,
        day          date not null,
        content      bigint not null,
        size         bigint not null,
        sha256       bytea not null,
        put_at       timestamptz not null,
        note         text,
        replaced_at  timestamptz not null default clock_timestamp(),
        primary key (body, consultation, name, version),
        foreign key (body, consultation, name) references document (body, consultation, name),
        foreign key (body, day, content) references content (body, day, id)
);
select tenant('document_former');
select append_only('document_former');
create table document_coming (
        body         bigint not null,
        consultation uuid not null,
        name         text not null check (length(name) between 1 and 255 and name !~ '[/\\[:cntrl:]]' and name not in ('.', '..')),
        media_type   text not null check (media_type ~ '^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+$'),
        day          date not null,
        content      bigint not null,
        note         text check (length(note) <= 2000),
        primary key (body, consultation, name),
        foreign key (body, consultation) references consultation (body, id),
        foreign key (body, day, content) references content (body, day, id)
);
select tenant('document_coming');

-- Restricted consultations: who has shown the code. A company once for all; anyone else by a token, for a day.
create table access_grant (
        body         bigint not null,
        consultation uuid not null,
        company      text not null,
        at           timestamptz not null default clock_timestamp(),
        primary key (body, consultation, company),
        foreign key (body, consultation) references consultation (body, id)
);
select tenant('access_grant');
create table access_token (
        body         bigint not null,
        consultation uuid not null,
        sha256       bytea not null check (length(sha256) = 32),
        until        timestamptz not null,
        primary key (body, consultation, sha256),
        foreign key (body, consultation) references consultation (body, id)
);
select tenant('access_token');
create table access_failure (
        body         bigint not null,
        id           bigint generated always as identity,
        consultation uuid not null,
        at           timestamptz not null default clock_timestamp(),
        primary key (body, id),
        foreign key (body, consultation) references consultation (body, id)
);
select tenant('access_failure');
create index access_failure_recent on access_failure (body, consultation, at);

-- What the award made: one row a holder and lot. A contract under a framework agreement names the agreement's.
create table contract (
        body         bigint not null references body,
        id           uuid not null,
        cycle        text not null generated always as ('contract') stored,
        step         int not null,
        state        text not null,
        consultation uuid not null,
        lot          text not null,
        number       text not null check (length(number) between 1 and 16),
        deposit      uuid,
        party        uuid references party,
        holder       jsonb not null,
        amount       numeric not null check (amount >= 0),
        months       int not null check (months between 1 and 1200),
        framework    uuid,
        data         jsonb not null default '{}', -- what the essential data ask for besides
        signed_at    timestamptz,
        notified_at  timestamptz,
        published_at timestamptz,
        primary key (body, id),
        unique (body, number),
        foreign key (body, consultation) references consultation (body, id),
        foreign key (body, deposit) references deposit (body, id),
        foreign key (body, framework) references contract (body, id)
);
select tenant('contract');
select stepping('contract');
create index contract_consultation on contract (body, consultation, lot);
