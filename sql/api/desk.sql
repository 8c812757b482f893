-- What lies on a buyer's desk, or awaits a member of a commission: the consultations of one's own, drafts too, newest first.

create function api.desk_show(actor uuid, after text, lim int) returns jsonb
language plpgsql stable security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        me party := rule.actor(actor, array['buyer', 'member']);
        most int := least(greatest(coalesce(lim, 50), 1), 200);
        page jsonb;
begin
        perform rule.act_everywhere();
        select jsonb_agg(jsonb_build_object('id', c.id, 'reference', c.reference, 'title', c.title, 'state', c.state, 'deadline', rule.instant(c.deadline),
                        'created', rule.instant(c.created_at), 'body', rule.body_json(c.body),
                        'questions', case when rule.buys(actor, c.body) then (select count(*) from question q where q.body = c.body and q.consultation = c.id and q.state = 'asked') end)
                        order by c.created_at desc, c.id desc) into page
        from (select * from consultation c
              where not c.rehearsal and (coalesce(after, '') = '' or c.created_at < after::timestamptz)
                and (c.body = me.body and 'buyer' = any (me.roles)
                     or exists (select from consultation_member m where m.body = c.body and m.consultation = c.id and actor in (m.party, m.substitute)))
              order by c.created_at desc, c.id desc limit most) c;
        return jsonb_build_object('consultations', coalesce(page, '[]'), 'now', rule.instant(clock_timestamp()),
                'next', case when jsonb_array_length(page) = most then page -> -1 ->> 'created' end);
end
$$;
