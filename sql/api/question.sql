-- Questions and answers (R2132-6): answered to all at once, the asker unnamed.

create function rule.question_json(q question) returns jsonb language sql stable as $$
        select jsonb_build_object('id', q.id, 'number', q.number, 'state', q.state, 'lot', q.lot, 'asked', rule.instant(q.asked_at), 'question', q.published,
                'answer', q.answer, 'answered', rule.instant(q.answered_at))
$$;

-- The question that the actor's company asks; until the deadline.
create function api.question_ask(actor uuid, consultation uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        company party := rule.actor(actor, array['company']);
        c consultation := rule.consultation_seen(actor, $2);
        subject uuid := gen_random_uuid();
        q question;
begin
        if c.published_at is null or not rule.correctable(c) then
                perform rule.refuse('question-closed', format('The consultation is %s: the time for questions is over.', c.state));
        elsif (select count(*) from question x where x.body = c.body and x.consultation = c.id and x.company = company.company and x.state = 'asked') >= 50 then
                perform rule.refuse('question-closed', 'Fifty questions of your company wait for an answer.');
        end if;
        perform pg_advisory_xact_lock(hashtextextended('question ' || c.id::text, 0));
        insert into question (body, id, step, state, consultation, number, party, company, lot, text)
        values (c.body, subject, 1, rule.begin('question', c.body, subject, 'ask', actor), c.id,
                (select coalesce(max(x.number), 0) + 1 from question x where x.body = c.body and x.consultation = c.id), actor, company.company,
                case when $3 ? 'lot' then nullif(rule.award_lot(c, $3 ->> 'lot'), '') end, rule.member_text($3, 'question'))
        returning * into q;
        perform rule.append(row(c.body, 'SubmissionAcceptance', 'question.asked', 'procurement', 'question', q.id::text, actor),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'reasons', jsonb_build_array(jsonb_build_object('code', 'question', 'text', left(q.text, 2000)))));
        perform rule.post_buyers(c, 'question', c.title);
        return rule.question_json(q) || jsonb_build_object('text', q.text);
exception
        when check_violation then
                perform rule.refuse('json-malformed', '"question" is 1 to 10000 characters');
end
$$;

-- A question to the buyer's own body, locked.
create function rule.question_own(actor uuid, subject uuid) returns question language plpgsql as $$
declare
        buyer party := rule.actor(actor, array['buyer']);
        owner bigint := rule.enter(subject, 'question');
        q question;
begin
        select * into q from question x where x.body = owner and x.id = subject for update;
        if buyer.body <> owner then
                perform rule.refuse('not-found', format('There is no question %s.', subject));
        end if;
        return q;
end
$$;

-- {"answer", "question"?: as everyone is to read it; without it the text asked, which may betray who asked}.
create function api.question_answer(actor uuid, question uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        q question := rule.question_own(actor, $2);
        c consultation;
        reasons jsonb;
begin
        select * into c from consultation x where x.body = q.body and x.id = q.consultation;
        perform rule.step('question', q.body, q.id, 'answer', actor);
        update question x set answer = rule.member_text($3, 'answer'), published = coalesce($3 ->> 'question', q.text), answered_at = clock_timestamp()
        where x.body = q.body and x.id = q.id returning * into q;
        reasons := jsonb_build_array(jsonb_build_object('code', 'question', 'text', left(q.published, 2000)), jsonb_build_object('code', 'answer', 'text', left(q.answer, 4000)));
        perform rule.append(row(c.body, 'urn:pli:event:QuestionAnswered', 'question.answered', 'procurement', 'question', q.id::text, p),
                jsonb_build_object('consultation', rule.consultation_fact(c), 'reasons', reasons))
        from unnest(array[actor] || array(select rule.consultation_companies(c))) p;
        perform rule.post_companies(c, 'answer', c.title);
        return rule.question_json(q);
exception
        when check_violation then
                perform rule.refuse('json-malformed', '"answer" is 1 to 20000 characters, "question" 1 to 10000');
end
$$;

-- {"reason"}: a question that gets no answer of its own.
create function api.question_dismiss(actor uuid, question uuid, request jsonb) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        q question := rule.question_own(actor, $2);
begin
        perform rule.step('question', q.body, q.id, 'dismiss', actor);
        select * into q from question x where x.body = q.body and x.id = q.id;
        perform rule.append(row(q.body, 'urn:pli:event:QuestionDismissed', 'question.dismissed', 'procurement', 'question', q.id::text, q.party),
                jsonb_build_object('consultation', (select rule.consultation_fact(c) from consultation c where c.body = q.body and c.id = q.consultation),
                        'reasons', jsonb_build_array(jsonb_build_object('code', 'dismissed', 'text', left(rule.member_text($3, 'reason'), 2000)))));
        return rule.question_json(q);
end
$$;

-- Everyone: what is answered. The buyer: all, with who asked. A company: its own besides.
create function api.question_list(actor uuid, consultation uuid, token text default null) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        c consultation := rule.consultation_seen(actor, $2, $3);
        buys boolean := rule.buys(actor, c.body);
        mine text := (select p.company from party p where p.id = actor and 'company' = any (p.roles));
begin
        return jsonb_build_object('questions', (select coalesce(jsonb_agg(rule.question_json(q)
                        || case when buys then jsonb_build_object('text', q.text, 'by', rule.party_json(q.party)) when q.company = mine then jsonb_build_object('text', q.text, 'own', true) else '{}' end
                        order by q.number), '[]')
                from question q where q.body = c.body and q.consultation = c.id and (q.state = 'answered' or buys or q.company = mine)));
end
$$;
