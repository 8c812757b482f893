-- Changes of a consultation: free while it is prepared; once published each is dated, says what changed, and is told to
-- everyone who took documents or deposited (R2132-6, R2151-4).

create function rule.correctable(c consultation) returns boolean language sql stable as $$
        select c.state = 'published' and (c.rehearsal or c.deadline > clock_timestamp())
$$;

-- {"field", "before", "after"} for each member that is not what it was.
create function rule.correction_changes(before jsonb, after jsonb) returns jsonb language sql immutable as $$
        select coalesce(jsonb_agg(jsonb_build_object('field', k, 'before', before -> k, 'after', after -> k) order by k), '[]')
        from jsonb_object_keys(after) k where before -> k is distinct from after -> k
                and k = any (array['title', 'object', 'deadline', 'procedure', 'nature', 'cpv', 'place', 'months', 'technique', 'lots', 'criteria', 'envelopes'])
$$;

-- The fact, once for the buyer and once for each company that has a stake.
create function rule.correction_tell(c consultation, actor uuid, reason text, changes jsonb) returns bigint language plpgsql as $$
declare
        reasons jsonb := jsonb_build_array(jsonb_build_object('code', 'correction', 'text', reason)) || coalesce((
                select jsonb_agg(jsonb_build_object('code', x ->> 'field', 'text', left(coalesce(x ->> 'name' || ': ', '') || coalesce(x ->> 'before', '-') || ' -> ' || coalesce(x ->> 'after', '-'), 1000)))
                from jsonb_array_elements(changes) x), '[]');
        first bigint;
begin
        first := rule.append(row(c.body, 'urn:pli:event:ConsultationCorrected', 'consultation.corrected', 'procurement', 'consultation', c.id::text, actor),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'reasons', reasons));
        perform rule.append(row(c.body, 'urn:pli:event:ConsultationCorrected', 'consultation.corrected', 'procurement', 'consultation', c.id::text, p),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'reasons', reasons))
        from rule.consultation_companies(c) p;
        perform rule.post_companies(c, 'correction', c.title);
        return first;
end
$$;

create function rule.correction_record(given consultation, actor uuid, reason text, changes jsonb) returns int language plpgsql as $$
declare
        c consultation := given;
        made bigint;
begin
        perform rule.step('consultation', c.body, c.id, 'correct', actor);
        update consultation x set corrections = x.corrections + 1 where x.body = c.body and x.id = c.id returning * into c;
        made := rule.correction_tell(c, actor, reason, changes);
        insert into consultation_change (body, consultation, number, party, reason, changes, event) values (c.body, c.id, c.corrections, actor, reason, changes, made);
        return c.corrections;
end
$$;

-- R2151-4: what changes late gives companies the time to take it into account.
create function rule.correction_advice(c consultation) returns jsonb language sql stable as $$
        select case when c.deadline < clock_timestamp() + interval '6 days' then jsonb_build_array(jsonb_build_object('code', 'deadline-near', 'clause', 'R2151-4',
                'text', 'Fewer than six days are left: should the deadline move too?')) else '[]' end
$$;

-- A draft takes any member. A published one takes "reason" and what does not unmake the procedure; its deadline only moves later.
create function api.consultation_change(actor uuid, consultation uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.document_owner(actor, $2);
        before jsonb := rule.consultation_whole(c);
        former timestamptz := c.deadline;
        fixed text := (select string_agg(k, ', ') from jsonb_object_keys($3) k where k = any (array['reference', 'procedure', 'technique', 'framework', 'envelopes', 'members', 'quorum', 'rehearsal']));
        changes jsonb;
        made int;
begin
        if c.state = 'published' and fixed is not null then
                perform rule.refuse('consultation-published', format('Once published, %s no longer changes.', fixed));
        end if;
        c := rule.procedure_set(c, $3);
        if c.state = 'published' and (c.deadline < former or c.deadline <= clock_timestamp()) then
                perform rule.refuse('consultation-deadline', format('The deadline %s only moves later.', rule.instant(former)));
        end if;
        if $3 ? 'lots' then
                if exists (select from deposit d where d.body = c.body and d.consultation = c.id and not d.rehearsal) then
                        perform rule.refuse('consultation-published', 'A deposit has begun: the lots no longer change.');
                end if;
                perform rule.lots_set(c, rule.member_list($3, 'lots'));
        end if;
        if c.state = 'draft' then
                return rule.consultation_own(c);
        end if;
        changes := rule.correction_changes(before, rule.consultation_whole(c));
        if changes = '[]' then
                return rule.consultation_own(c) || jsonb_build_object('change', null, 'advice', '[]'::jsonb);
        end if;
        if coalesce(trim($3 ->> 'reason'), '') = '' then
                perform rule.refuse('correction-reason', 'A correction says why: "reason".');
        end if;
        made := rule.correction_record(c, actor, left($3 ->> 'reason', 2000), changes);
        select * into c from consultation x where x.body = c.body and x.id = c.id;
        return rule.consultation_own(c) || jsonb_build_object('change', made, 'advice', rule.correction_advice(c));
exception
        when unique_violation then
                perform rule.refuse('consultation-reference-taken', 'This reference (or a lot number) is used twice.');
        when check_violation or not_null_violation then
                perform rule.refuse('json-malformed', sqlerrm);
end
$$;

create function api.change_list(actor uuid, consultation uuid, token text default null) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.consultation_seen(actor, $2, $3);
begin
        return jsonb_build_object('changes', (select coalesce(jsonb_agg(jsonb_build_object('number', x.number, 'at', rule.instant(x.at), 'reason', x.reason,
                'changes', x.changes, 'event', x.event) order by x.number), '[]')
                from consultation_change x where x.body = c.body and x.consultation = c.id));
end
$$;
