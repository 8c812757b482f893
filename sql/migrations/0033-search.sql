-- Public search: what everyone may read of published consultations, in one table of its own. It has no body column and no
-- row-level security: an index on words could not be used behind it (ts_match is not leakproof), and all of it is public.
create extension if not exists unaccent schema pli;
create text search configuration pli.plain_french (copy = pg_catalog.french);
alter text search configuration pli.plain_french alter mapping for hword, hword_part, word with pli.unaccent, pg_catalog.french_stem;

create table public_notice (
        id           uuid primary key,
        owner        bigint not null,
        published_at timestamptz not null,
        deadline     timestamptz not null,
        procedure    text not null,
        nature       text,
        codes        text[] not null, -- each CPV code under all that it is under
        places       text[] not null, -- each place code under all that it begins with
        words        tsvector not null
);
create index public_notice_newest on public_notice (published_at desc, id desc);
create index public_notice_deadline on public_notice (deadline);
create index public_notice_words on public_notice using gin (words);
create index public_notice_codes on public_notice using gin (codes);
create index public_notice_places on public_notice using gin (places);

-- "06100": 06, 061, 0610, 06100.
create function prefixes(code text, shortest int) returns text[] language sql immutable as $$
        select coalesce(array_agg(left(code, n)), '{}') from generate_series(shortest, length(code)) n
$$;

create function notice_keep() returns trigger language plpgsql set search_path = pli, pg_temp as $$
begin
        if new.published_at is null or new.rehearsal then
                return null;
        end if;
        insert into public_notice as n (id, owner, published_at, deadline, procedure, nature, codes, places, words)
        select new.id, new.body, new.published_at, new.deadline, new.procedure, new.nature,
                array(select distinct p from unnest(new.cpv || coalesce((select array_agg(x) from consultation_lot l, unnest(l.cpv) x where l.body = new.body and l.consultation = new.id), '{}')) c,
                        unnest(prefixes(left(c, 8), 2)) p),
                prefixes(coalesce(new.place ->> 'code', ''), 2) || case when left(b.department, 1) = '0' then array[right(b.department, 2)] else array[b.department] end,
                setweight(to_tsvector('plain_french', new.title), 'A') || setweight(to_tsvector('plain_french', new.object), 'B')
                || setweight(to_tsvector('plain_french', coalesce((select string_agg(l.title, ' ') from consultation_lot l where l.body = new.body and l.consultation = new.id), '')), 'C')
                || setweight(to_tsvector('plain_french', b.name), 'D') || to_tsvector('simple', new.reference) || array_to_tsvector(array[lower(new.reference)])
        from body b where b.id = new.body
        on conflict (id) do update set deadline = excluded.deadline, procedure = excluded.procedure, nature = excluded.nature, codes = excluded.codes,
                places = excluded.places, words = excluded.words;
        return null;
end
$$;
create trigger notice_keep after insert or update of published_at, deadline, title, object, reference, procedure, nature, cpv, place, corrections on consultation
        for each row execute function notice_keep();
-- Those that are published already.
do $$
begin
        perform set_config('pli.body', '*', true);
        update consultation set corrections = corrections where published_at is not null;
end
$$;
