-- The gateway's own keys: what signs receipts (seal) and checkpoints (journal), for as long as receipts are to be proven.
create table key (
        use          text not null check (use in ('seal', 'journal')),
        id           text not null check (id ~ '^[0-9a-f]{8,64}$'), -- SHA-256 of the certificate; the note key's id
        name         text not null,
        value        text not null, -- base64 of the certificate's DER; the verifier key
        valid_from   timestamptz,
        valid_to     timestamptz,
        installed_at timestamptz not null default clock_timestamp(),
        retired_at   timestamptz,
        revoked_at   timestamptz,
        revoked_from timestamptz, -- what is signed from then on is not to be believed
        reason       text,
        check ((revoked_at is null) = (revoked_from is null)),
        primary key (use, id)
);

-- Long-term keeping: until when the last time-stamp of a receipt can be relied on; null: only its first one.
alter table receipt add column kept_until timestamptz;
create index receipt_keeping on receipt (kept_until nulls first, index) where stamped;
