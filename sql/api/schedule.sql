-- What the clock does: publishes consultations whose hour has come, closes those whose deadline is over, lets unread mail expire.

create function rule.consultation_schedule(draft consultation, actor uuid, wanted timestamptz) returns consultation language plpgsql as $$
declare
        c consultation := draft;
begin
        if c.deadline <= wanted then
                perform rule.refuse('consultation-deadline', format('At %s the deadline %s would be over.', rule.instant(wanted), rule.instant(c.deadline)));
        end if;
        perform rule.procedure_check(c);
        perform rule.step('consultation', c.body, c.id, 'schedule', actor);
        update consultation x set publish_at = wanted where x.body = c.body and x.id = c.id returning * into c;
        return c;
end
$$;

-- Back to a draft, before its hour.
create function api.consultation_unschedule(actor uuid, consultation uuid) returns jsonb
language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        buyer party := rule.actor(actor, array['buyer']);
        c consultation := rule.consultation_known(actor, $2);
begin
        if buyer.body <> c.body then
                perform rule.refuse('not-found', format('There is no consultation %s.', $2));
        end if;
        select * into c from consultation x where x.body = c.body and x.id = c.id for update;
        perform rule.step('consultation', c.body, c.id, 'unschedule', actor);
        update consultation x set publish_at = null where x.body = c.body and x.id = c.id returning * into c;
        return rule.consultation_own(c);
end
$$;

create function rule.consultation_close(c consultation) returns void language plpgsql as $$
begin
        perform rule.step('consultation', c.body, c.id, 'close', null);
        update consultation x set closed_at = clock_timestamp() where x.body = c.body and x.id = c.id;
        perform rule.append(row(c.body, 'urn:pli:event:ConsultationClosed', 'consultation.closed', 'procurement', 'consultation', c.id::text, null),
                jsonb_build_object('consultation', rule.consultation_fact(c)));
end
$$;

-- One that can no longer be published (its deadline passed meanwhile, a threshold changed) goes back to its buyer as a draft.
create function rule.schedule_publish(c consultation) returns void language plpgsql as $$
declare
        why text;
begin
        perform rule.consultation_publish(c, c.created_by);
exception
        when sqlstate 'PLI00' then
                get stacked diagnostics why = pg_exception_detail;
                perform rule.step('consultation', c.body, c.id, 'unschedule', null);
                update consultation x set publish_at = null where x.body = c.body and x.id = c.id;
                perform rule.append(row(c.body, 'urn:pli:event:PublicationFailed', 'consultation.unpublished', 'procurement', 'consultation', c.id::text, c.created_by),
                        jsonb_build_object('consultation', rule.consultation_fact(c), 'reasons', jsonb_build_array(jsonb_build_object('code', sqlerrm, 'text', why))));
end
$$;

-- Some at a time: "more" says to ask again. Every front calls it each minute; rows that another holds are left to it.
create function api.schedule_run() returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
declare
        c consultation;
        published int := 0;
        closed int := 0;
        expired int;
begin
        perform rule.act_everywhere();
        for c in select * from consultation x where x.state = 'scheduled' and x.publish_at <= clock_timestamp() order by x.publish_at limit 20 for update skip locked loop
                perform rule.schedule_publish(c);
                published := published + 1;
        end loop;
        for c in select * from consultation x where x.state = 'published' and not x.rehearsal and x.deadline <= clock_timestamp() order by x.deadline limit 20 for update skip locked loop
                perform rule.consultation_close(c);
                closed := closed + 1;
        end loop;
        expired := rule.mail_expire();
        return jsonb_build_object('published', published, 'closed', closed, 'expired', expired, 'more', published = 20 or closed = 20 or expired = 20);
end
$$;
