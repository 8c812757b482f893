-- Limits that the operator sets (the rows and their sentences: migrations).

create function rule.setting(name text) returns bigint language plpgsql stable as $$
begin
        return (select s.value from setting s where s.name = $1);
end
$$;

create function api.setting_list() returns jsonb language sql stable security definer set search_path = pli, pg_temp as $$
        select jsonb_agg(jsonb_build_object('name', s.name, 'value', s.value, 'least', s.least, 'most', s.most, 'sentence', s.sentence,
                'set', rule.instant(s.set_at)) order by s.name) from setting s
$$;

create function api.setting_set(setting jsonb) returns jsonb language plpgsql security definer set search_path = pli, pg_temp as $$
#variable_conflict use_column
declare
        kept setting;
        wanted text := rule.member_text($1, 'value');
begin
        select * into kept from setting s where s.name = rule.member_text($1, 'name') for update;
        if kept.name is null then
                perform rule.refuse('not-found', format('There is no setting %s.', left($1 ->> 'name', 60)));
        end if;
        if wanted !~ '^[0-9]{1,18}$' or wanted::bigint not between kept.least and kept.most then
                perform rule.refuse('json-malformed', format('%s goes from %s to %s.', kept.name, kept.least, kept.most));
        end if;
        update setting s set value = wanted::bigint, set_at = clock_timestamp() where s.name = kept.name;
        return jsonb_build_object('name', kept.name, 'value', wanted::bigint, 'before', kept.value);
end
$$;
