-- The way to the State and back: outbox and answers.

-- The day's next number of this sender. Kept by the item, so that a resend is the same archive. Envelopes bear the
-- SIREN: bodies of one SIREN share their numbers.
create function rule.serial_next(owner bigint, channel text, at date) returns int language sql as $$
        insert into serial as s (body, channel, day, last)
        values ((select min(x.id) from body x join body b on left(x.siret, 9) = left(b.siret, 9) where b.id = owner), channel, at, 1)
        on conflict (body, channel, day) do update set last = s.last + 1 returning last
$$;

create function rule.outbox_json(o outbox) returns jsonb language sql stable as $$
        select jsonb_build_object('item', o.item, 'channel', o.channel, 'state', o.state, 'attempt', o.attempt, 'serial', o.serial, 'at', rule.instant(clock_timestamp()),
                'date', to_char(o.serial_day, 'YYYYMMDD'), 'queued', rule.instant(o.queued_at), 'due', rule.instant(o.due_at), 'detail', o.detail,
                'filing', (select rule.filing_json(f) from filing f where f.body = o.body and f.id = o.filing))
$$;

-- Held by the session: one relay is active. Who takes the lock over takes over what the former one left
-- half done, at once: it is sent again as the same archive.
create function api.relay_lock() returns jsonb language plpgsql volatile security definer set search_path = pli, pg_temp as $$
declare
        key bigint := hashtextextended('pli relay', 0);
begin
        perform from pg_locks l where l.locktype = 'advisory' and l.pid = pg_backend_pid() and l.granted
                and (l.classid::bigint << 32 | l.objid::bigint) = key and l.objsubid = 1;
        if found then
                return to_jsonb(true);
        end if;
        if not pg_try_advisory_lock(key) then
                return to_jsonb(false);
        end if;
        perform rule.act_everywhere();
        update outbox set lease_until = clock_timestamp() where state = 'sending';
        return to_jsonb(true);
end
$$;

-- The next item of the body that was served the longest ago, leased for ten minutes. A body whose item fails
-- goes to the end of the row like any other: it blocks nobody.
create function api.outbox_claim(channel text) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        o outbox;
        today date := (clock_timestamp() at time zone 'Europe/Paris')::date;
begin
        perform rule.act_everywhere();
        if rule.channel_closed($1) is not null then
                return null;
        end if;
        perform pg_advisory_xact_lock(hashtextextended('outbox ' || $1, 0));
        select x.* into o from outbox x left join outbox_turn t on t.body = x.body and t.channel = x.channel
        where x.channel = $1 and x.due_at <= clock_timestamp()
          and (x.state = 'waiting' or (x.state = 'sending' and x.lease_until < clock_timestamp()))
        order by t.served_at nulls first, x.due_at, x.item limit 1 for update of x skip locked;
        if o.item is null then
                return null;
        end if;
        if o.state = 'waiting' then
                perform rule.step('filing', o.body, o.filing, 'claim', null);
        end if;
        update outbox x set state = 'sending', attempt = x.attempt + 1, lease_until = clock_timestamp() + interval '10 minutes',
                serial_day = coalesce(x.serial_day, today), serial = coalesce(x.serial, rule.serial_next(o.body, $1, today))
        where x.body = o.body and x.item = o.item returning * into o;
        insert into outbox_turn (body, channel) values (o.body, $1) on conflict (body, channel) do update set served_at = clock_timestamp();
        return rule.outbox_json(o);
end
$$;

-- 30 s, 1 min, 2 min, … one hour, so that a State that is away is not hammered.
create function rule.outbox_delay(attempt int) returns interval language sql immutable as $$
        select least(interval '30 seconds' * (2 ^ least(attempt - 1, 12)), interval '1 hour')
$$;

create function rule.outbox_event(o outbox, name text, fact text, detail jsonb) returns bigint language sql as $$
        select rule.append(row(o.body, name, fact, o.channel, 'filing', o.filing::text, f.party),
                rule.filing_fact(f) - 'received' || jsonb_build_object('relay', detail, 'reasons', detail -> 'reasons'))
        from filing f where f.body = o.body and f.id = o.filing
$$;

-- outcome: sent, retry or refused. Settled twice, the second changes nothing.
create function api.outbox_settle(item bigint, outcome text, detail jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        o outbox;
        receipt bigint;
begin
        perform rule.act_everywhere();
        select * into o from outbox x where x.item = $1 for update;
        if o.item is null then
                perform rule.refuse('not-found', format('There is no item %s in the outbox.', $1));
        end if;
        perform rule.act(o.body);
        if o.state = 'sending' then
                case $2
                when 'sent' then
                        perform rule.step('filing', o.body, o.filing, 'send', null);
                        perform rule.filing_taken(o.body, o.filing);
                        receipt := rule.outbox_event(o, 'RelayAcceptance', 'filing.sent', $3);
                        update outbox x set state = 'done', lease_until = null, detail = $3 where x.body = o.body and x.item = o.item returning * into o;
                when 'retry' then
                        perform rule.step('filing', o.body, o.filing, 'retry', null);
                        update outbox x set state = 'waiting', lease_until = null, detail = $3, due_at = clock_timestamp() + rule.outbox_delay(x.attempt)
                        where x.body = o.body and x.item = o.item returning * into o;
                when 'refused' then
                        perform rule.step('filing', o.body, o.filing, 'fail', null);
                        perform rule.message_lost(f) from filing f where f.body = o.body and f.id = o.filing;
                        receipt := rule.outbox_event(o, 'RelayFailure', 'filing.failed', $3);
                        update outbox x set state = 'failed', lease_until = null, detail = $3 where x.body = o.body and x.item = o.item returning * into o;
                end case;
        elsif o.state = 'done' and $2 = 'sent' and (o.detail is null or o.detail ? 'reasons') then
                -- The State's answer was faster than the end of the sending: the filing has moved on, the sending is on record.
                receipt := rule.outbox_event(o, 'RelayAcceptance', 'filing.sent', $3);
                update outbox x set detail = $3 where x.body = o.body and x.item = o.item returning * into o;
        end if;
        return rule.outbox_json(o) || jsonb_build_object('event', receipt);
end
$$;

-- The State has it: from now on its word is waited for, where one is due.
create function rule.filing_taken(owner bigint, subject uuid) returns void language plpgsql as $$
declare
        f filing;
begin
        update filing x set answer_due = clock_timestamp() + rule.setting('answer-days') * interval '1 day'
        where x.body = owner and x.id = subject and (x.message is null or (rule.message_form(x.message)).answered);
        select * into f from filing x where x.body = owner and x.id = subject;
        perform rule.message_sent(f);
end
$$;

-- "EACT--SIREN--YYYYMMDD-N" anywhere in a name of an envelope or archive: the item that went under it, known from the
-- first claim on, so that an answer may come before the sending is settled.
create function rule.envelope_item(channel text, name text) returns outbox language plpgsql stable as $$
#variable_conflict use_variable
declare
        parts text[] := regexp_match(name, 'EACT--(\d{9})--(\d{8})-(\d{1,9})(\.xml|\.tar\.gz)?$');
        o outbox;
begin
        if parts is not null then
                select x.* into o from outbox x where x.body in (select b.id from body b where left(b.siret, 9) = parts[1])
                        and x.channel = channel and x.serial_day = rule.compact_date(parts[2]) and x.serial = parts[3]::int and x.attempt > 0 limit 1;
        end if;
        return o;
end
$$;

-- The filing an answer speaks of: by the envelope that was sent; a classification by who is addressed; else by the
-- act's identifier. What was never tried to be sent is answered by nobody, and nobody is answered for another.
create function rule.answer_filing(channel text, answer jsonb) returns filing language plpgsql stable as $$
#variable_conflict use_variable
declare
        o outbox := rule.envelope_item(channel, coalesce(answer ->> 'envelope', answer ->> 'archive'));
        f filing;
begin
        if o.item is not null then
                select x.* into f from filing x where x.body = o.body and x.id = o.filing;
        elsif answer ->> 'message' in ('7-2', '7-3') then
                select x.* into f from filing x join body b on b.id = x.body
                where left(b.siret, 9) = left(answer ->> 'siren', 9) and x.channel = channel and x.message = '7-1' and x.event is not null
                order by (x.state in ('submitted', 'sending', 'sent')) desc, x.created_at desc limit 1;
        else
                select x.* into f from filing x where x.act = answer ->> 'act' and x.channel = channel
                        and exists (select from outbox i where i.body = x.body and i.filing = x.id and i.attempt > 0)
                order by (x.state in ('rejected', 'refused', 'failed')), x.created_at desc limit 1;
        end if;
        if f.id is not null and answer ? 'siren' and not exists (select from body b where b.id = f.body and left(b.siret, 9) = left(answer ->> 'siren', 9)) then
                return null;
        end if;
        return f;
end
$$;

-- Which step an answer makes of what was sent, if any.
create function rule.answer_step(message text) returns text language sql immutable as $$
        select case message when '1-2' then 'acknowledge' when '1-3' then 'refuse' when 'anomaly' then 'refuse' when '6-2' then 'cancel'
                when '7-2' then 'acknowledge' when '7-3' then 'acknowledge' end
$$;

create function rule.answer_event(message text) returns text language sql immutable as $$
        select case rule.answer_step(message) when 'acknowledge' then 'ContentHandover' when 'refuse' then 'RelayRejection' else 'ReceivedFromNonERDS' end
$$;

-- What was sent has arrived: it makes its step if its state allows it, and is not sent again.
create function rule.filing_arrived(f filing, event text) returns void language plpgsql as $$
#variable_conflict use_variable
declare
        now_at text := (select x.state from filing x where x.body = f.body and x.id = f.id);
begin
        if not exists (select from lifecycle l where l.kind = 'filing' and l.from_state = now_at and l.event = event) then
                return;
        end if;
        perform rule.step('filing', f.body, f.id, event, null);
        update filing x set answer_due = null where x.body = f.body and x.id = f.id;
        update outbox x set state = 'done', lease_until = null where x.body = f.body and x.filing = f.id and x.state in ('waiting', 'sending');
        if event = 'refuse' then
                perform rule.message_lost(f);
        end if;
end
$$;

-- All that an answer changes besides what it is about.
create function rule.answer_apply(f filing, answer jsonb) returns letter language plpgsql as $$
#variable_conflict use_variable
declare
        message text := answer ->> 'message';
        asked filing;
        made letter;
begin
        if message in ('2-1', '3-1', '4-1', '5-1') then
                made := rule.letter_receive(f, message, answer);
        elsif message in ('3-5', '4-5') then
                perform rule.reply_settle(f, message, answer);
        elsif message = '6-2' then
                for asked in select m.* from filing m where m.body = f.body and m.about = f.id and m.message = '6-1' loop
                        perform rule.filing_arrived(asked, 'acknowledge');
                end loop;
        elsif message in ('7-2', '7-3') then
                perform rule.classification_receive(f.body, answer);
        end if;
        perform rule.filing_arrived(f, rule.answer_step(message));
        perform rule.classification_watch(f, answer);
        return made;
end
$$;

-- Applied once: the same bytes again answer what the first did (of 3-5 and 4-5 under the same name). `answer` has at least "message" and one of "act",
-- "archive", "envelope" or, of a classification, "siren"; "code" and "text" become the reasons.
create function api.filing_answer(channel text, answer jsonb, content bytea) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_variable
declare
        f filing;
        message text := rule.member_text($2, 'message');
        kept answer;
        name text := case when message in ('3-5', '4-5') then coalesce($2 -> 'files' -> 0 ->> 'name', '') else '' end;
        made letter;
        receipt bigint;
begin
        perform rule.act_everywhere();
        f := rule.answer_filing($1, $2);
        if f.id is null then
                perform rule.refuse('answer-unmatched', format('Message %s is about no filing of this gateway.', message));
        end if;
        perform rule.act(f.body);
        perform from filing x where x.body = f.body and x.id = f.id for update;
        select * into kept from answer a where a.body = f.body and a.channel = $1 and a.sha256 = pg_catalog.sha256($3) and a.name = name;
        if kept.id is not null then
                return jsonb_build_object('filing', kept.filing, 'event', kept.event, 'duplicate', true);
        end if;
        made := rule.answer_apply(f, $2);
        receipt := rule.append(row(f.body, rule.answer_event(message), 'filing.answered', f.channel, 'filing', f.id::text, f.party),
                rule.filing_fact(f) - 'documents' || jsonb_build_object('answer', $2 - 'natures' - 'matters' - 'carrier' || jsonb_build_object('sha256', encode(sha256($3), 'hex')),
                        'reasons', case when $2 ? 'code' or $2 ? 'text' then jsonb_build_array(jsonb_build_object('code', $2 -> 'code', 'text', $2 -> 'text')) end));
        insert into answer (body, filing, channel, message, name, content, detail, event) values (f.body, f.id, $1, message, name, $3, $2, receipt) returning * into kept;
        update letter l set answer = kept.id where l.body = f.body and l.id = made.id;
        select * into f from filing x where x.body = f.body and x.id = f.id;
        return jsonb_strip_nulls(jsonb_build_object('filing', f.id, 'state', f.state, 'letter', made.id, 'answer', kept.id, 'event', receipt)) || jsonb_build_object('duplicate', false);
end
$$;

-- The State is silent about what it took: an alert, once a filing, some at a time.
create function rule.filings_alert() returns int language plpgsql as $$
declare
        f filing;
        done int := 0;
begin
        for f in select * from filing x where x.answer_due < clock_timestamp() order by x.answer_due limit 100 for update skip locked loop
                update filing x set answer_due = null, alerted_at = clock_timestamp() where x.body = f.body and x.id = f.id;
                perform rule.append(row(f.body, 'urn:pli:event:AnswerOverdue', 'filing.unanswered', f.channel, 'filing', f.id::text, f.party),
                        rule.filing_fact(f) - 'documents' - 'received' || jsonb_build_object('reasons', jsonb_build_array(jsonb_build_object('code', 'answer-overdue',
                                'text', format('No answer of the State since %s.', rule.instant(f.answer_due - rule.setting('answer-days') * interval '1 day'))))));
                done := done + 1;
        end loop;
        return done;
end
$$;

-- A mail of the State that cannot be used: an event for whoever watches, once a mail.
create function api.answer_stray(channel text, stray jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        digest text := rule.member_text($2, 'mail');
        alert bigint;
begin
        perform rule.act_everywhere();
        perform pg_advisory_xact_lock(hashtextextended('stray ' || $1 || digest, 0));
        select s.event into alert from stray s where s.channel = $1 and s.mail = digest;
        if alert is null then
                alert := rule.append(row(null, 'urn:pli:event:AnswerUnusable', 'answer.stray', $1, 'mail', digest, null),
                        jsonb_build_object('answer', $2, 'reasons', jsonb_build_array($2 -> 'reason')));
                insert into stray (channel, mail, detail, event) values ($1, digest, $2, alert);
        end if;
        return jsonb_build_object('event', alert);
end
$$;
