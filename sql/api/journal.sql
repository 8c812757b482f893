-- The notary: events in commit order become leaves; receipts.

-- Held by the session: one notary is active, another takes over when this one's connection ends.
create function api.notary_lock() returns boolean language sql volatile security definer set search_path = pli, pg_temp as $$
        select pg_try_advisory_lock(hashtextextended('pli notary', 0))
$$;

-- Committed events without an index. An event whose transaction is still open is not here yet and will be
-- here later, whatever its number: none is lost. 4 MiB of them at most, one always.
create function api.event_pending(lim int) returns jsonb language plpgsql stable security definer set search_path = pli, pg_temp as $$
begin
        perform rule.act_everywhere();
        return (select coalesce(jsonb_agg(jsonb_build_object('event', x.id, 'salt', encode(x.salt, 'hex'), 'text', x.text) order by x.id) filter (where x.place = 1 or x.bytes <= 4194304), '[]')
                from (select e.*, row_number() over (order by e.id) as place, sum(length(e.text)) over (order by e.id) as bytes
                      from (select p.event from event_pending p order by p.event limit least(greatest(lim, 1), 10000)) p join event e on e.id = p.event) x);
end
$$;

create function api.journal_state() returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select jsonb_build_object('size', coalesce((select max(index) + 1 from journal), 0),
                'note', (select c.note from checkpoint c order by c.size desc limit 1))
$$;

create function rule.leaf(salt bytea, text text) returns bytea language sql immutable as $$
        select sha256('\x00'::bytea || salt || convert_to(text, 'UTF8'))
$$;

-- Adds leaves first, first + 1, … Each leaf is computed again from its event: a wrong one is refused.
create function api.journal_append(first bigint, entries jsonb, nodes jsonb, checkpoint jsonb) returns void
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        size bigint;
        wrong bigint;
begin
        perform rule.act_everywhere();
        if not pg_try_advisory_xact_lock(hashtextextended('pli notary', 0)) then
                perform rule.refuse('journal-other-notary', 'Another notary is active.');
        end if;
        size := coalesce((select max(j.index) + 1 from journal j), 0);
        if size <> $1 then
                perform rule.refuse('journal-other-notary', format('The journal has %s leaves, not %s.', size, $1));
        end if;
        if ($4 ->> 'size')::bigint <> size + jsonb_array_length($2) then
                perform rule.refuse('journal-mismatch', format('The checkpoint is of size %s, the journal of %s.', $4 ->> 'size', size + jsonb_array_length($2)));
        end if;
        select (x ->> 'event')::bigint into wrong from jsonb_array_elements($2) x left join event e on e.id = (x ->> 'event')::bigint
        where rule.leaf(e.salt, e.text) is distinct from decode(x ->> 'leaf', 'hex') limit 1;
        if wrong is not null then
                perform rule.refuse('journal-mismatch', format('The leaf of event %s is not its own.', wrong));
        end if;
        insert into journal (index, event, leaf)
        select size + o - 1, (x ->> 'event')::bigint, decode(x ->> 'leaf', 'hex') from jsonb_array_elements($2) with ordinality as l (x, o) order by o;
        insert into journal_node (level, index, hash)
        select (n ->> 'level')::int, (n ->> 'index')::bigint, decode(n ->> 'hash', 'hex') from jsonb_array_elements(coalesce($3, '[]')) n where (n ->> 'level')::int > 0;
        insert into checkpoint (size, root, note) values (($4 ->> 'size')::bigint, decode($4 ->> 'root', 'hex'), $4 ->> 'note');
        delete from event_pending p using jsonb_array_elements($2) x where p.event = (x ->> 'event')::bigint;
end
$$;

-- In the order asked for; null where there is no such node. Level 0 is the leaves.
create function api.journal_nodes(wanted jsonb) returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select coalesce(jsonb_agg(encode(coalesce(j.leaf, n.hash), 'hex') order by w.o), '[]')
        from (select (x ->> 0)::int as level, (x ->> 1)::bigint as index, o from jsonb_array_elements(wanted) with ordinality as l (x, o)) w
        left join journal j on w.level = 0 and j.index = w.index
        left join journal_node n on n.level = w.level and n.index = w.index
$$;

-- A checkpoint with what witnesses have signed of it: their lines follow ours (C2SP signed-note).
create function rule.checkpoint_cosigned(c checkpoint) returns jsonb language sql stable as $$
        select to_jsonb(c.note || coalesce((select string_agg(s.line || E'\n', '' order by s.at, s.witness) from cosignature s where s.size = c.size), ''))
$$;

create function api.checkpoint_note() returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select rule.checkpoint_cosigned(c) from checkpoint c order by c.size desc limit 1
$$;

-- The latest one that a witness has signed.
create function api.checkpoint_cosigned() returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select rule.checkpoint_cosigned(c) from checkpoint c where c.size = (select max(s.size) from cosignature s)
$$;

-- A witness's line goes under the checkpoint whose text it signs; the latest of each witness counts by its size.
create function api.cosign(text text, witness text, line text) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        signed bigint := (select c.size from checkpoint c where c.size = substring($1 from E'\n([0-9]{1,18})\n')::bigint and starts_with(c.note, $1 || E'\n'));
begin
        if signed is null then
                perform rule.refuse('cosignature-foreign', 'No checkpoint of this journal has this text.');
        end if;
        insert into cosignature (size, witness, line) values (signed, $2, $3) on conflict do nothing;
        return jsonb_build_object('size', signed, 'witness', $2);
end
$$;

-- C2SP tlog-tiles: `width` hashes of tree level 8 × level from tile × 256 on; null where they are not all there.
create function api.journal_tile(level int, tile bigint, width int) returns bytea language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        hashes bytea;
begin
        if $1 not between 0 and 7 or $2 < 0 or $2 > 36028797018963967 or $3 not between 1 and 256 then
                return null;
        elsif $1 = 0 then
                select string_agg(j.leaf, ''::bytea order by j.index) into hashes from journal j where j.index >= $2 * 256 and j.index < $2 * 256 + $3;
        else
                select string_agg(n.hash, ''::bytea order by n.index) into hashes from journal_node n where n.level = $1 * 8 and n.index >= $2 * 256 and n.index < $2 * 256 + $3;
        end if;
        return case when length(hashes) = 32 * $3 then hashes end;
end
$$;

-- ---- receipts ----

create function api.receipt_unstamped(lim int) returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select coalesce(jsonb_agg(jsonb_build_object('event', r.event, 'index', r.index, 'receipt', convert_from(r.xml, 'UTF8')) order by r.index), '[]')
        from (select * from receipt x where not x.stamped order by x.index limit least(greatest(lim, 1), 1000)) r
$$;

-- Events that have an index but, the notary having died between the two, no receipt.
create function api.receipt_missing(lim int) returns jsonb language plpgsql stable security definer set search_path = pli, pg_temp as $$
begin
        perform rule.act_everywhere();
        return (select coalesce(jsonb_agg(jsonb_build_object('event', x.id, 'index', x.index, 'salt', encode(x.salt, 'hex'), 'text', x.text) order by x.index)
                        filter (where x.place = 1 or x.bytes <= 4194304), '[]')
                from (select e.*, m.index, row_number() over (order by m.index) as place, sum(length(e.text)) over (order by m.index) as bytes
                      from (select j.index, j.event from journal j where j.index >= (select m.index from receipt_mark m) and not exists (select from receipt r where r.index = j.index)
                            order by j.index limit least(greatest(lim, 1), 10000)) m
                      join event e on e.id = m.event) x);
end
$$;
