"""Who may do what: programs' roles, tenants, hand-written SQL."""
import re

from session import Session, refused

ROLES = ("pli_front", "pli_notary", "pli_relay", "pli_admin")


def test_each_role_may_call_what_roles_sql_says_and_nothing_else(world):
    with open(world.root_folder + "/sql/roles.sql") as file:
        text = re.sub(r"--.*", "", file.read())
    granted = {role: set() for role in ROLES}
    for functions, role in re.findall(r"grant execute on function\s+(.*?)\s+to\s+(\w+);", text, re.S):
        granted[role] |= {name.strip().removeprefix("api.") for name in functions.split(",")}
    functions = world.root.sql("select oid::regprocedure || '|' || proname from pg_proc where pronamespace = 'api'::regnamespace")
    for row in functions:
        signature, name = row.split("|")
        for role in ROLES:
            may = world.root.sql(f"select has_function_privilege('{role}', '{signature}', 'execute')") == ["t"]
            assert may == (name in granted[role]), f"{role} on {signature}: {may}"
        assert any(name in granted[role] for role in ROLES), f"nobody may call {name}"


def test_a_call_outside_the_list_is_refused(world):
    refused("42501", world.notary.call, "deposit_commit", world.party["duval"], world.party["duval"], None)
    refused("42501", world.front.call, "journal_append", 0, [], [], {})
    refused("42501", world.front.call, "party_enrol", {})
    refused("42501", world.relay.call, "receipts_after", world.party["portal"], -1, 10)
    refused("42501", world.admin.call, "chunk_read", "2026-01-01", 1, 0, 1)


def test_no_role_reads_or_writes_a_table(world):
    tables = world.root.sql("select relname from pg_class where relnamespace = 'pli'::regnamespace and relkind in ('r', 'p')")
    assert len(tables) > 25
    for session in (world.front, world.notary, world.relay, world.admin):
        for table in ("chunk", "share", "event", "party", "deposit", "body"):
            refused("42501", session.sql, f"select * from pli.{table}")
            refused("42501", session.sql, f"delete from pli.{table}")
        refused("42501", session.sql, "create table public.mine (x int)")
        refused("42501", session.sql, "create temporary table mine (x int)")
        refused("42501", session.sql, "set role pli_owner")
        refused("42501", session.sql, "select rule.act_everywhere()")
    for role in ROLES + ("public",):
        if role != "public":
            rights = world.root.sql(f"select relname from pg_class where relnamespace = 'pli'::regnamespace and relkind in ('r', 'p') "
                                    f"and has_table_privilege('{role}', oid, 'select, insert, update, delete, truncate, references, trigger')")
            assert rights == [], f"{role}: {rights}"


def test_every_function_is_security_definer_of_a_powerless_owner_with_a_fixed_path(world):
    wrong = world.root.sql("select p.oid::regprocedure from pg_proc p join pg_roles r on r.oid = p.proowner where p.pronamespace = 'api'::regnamespace "
                           "and not (p.prosecdef and p.proconfig @> array['search_path=pli, pg_temp'] and r.rolname = 'pli_owner')")
    assert wrong == [], wrong
    assert world.root.sql("select rolsuper, rolcanlogin, rolbypassrls, rolcreaterole from pg_roles where rolname = 'pli_owner'") == ["f|f|f|f"]


def test_every_table_with_a_body_column_is_forced_under_row_security(world):
    open_tables = world.root.sql(
        "select c.relname from pg_class c where c.relnamespace = 'pli'::regnamespace and c.relkind in ('r', 'p') "
        "and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'body') and not (c.relrowsecurity and c.relforcerowsecurity)")
    # party and place say where to look: an identifier leads to a body through them, before any body acts.
    assert sorted(open_tables) == ["party", "place"], open_tables


def test_tenant_keys_start_with_the_body(world):
    keys = world.root.sql(
        "select c.conrelid::regclass || '|' || (select attname from pg_attribute a where a.attrelid = c.conrelid and a.attnum = c.conkey[1]) "
        "from pg_constraint c join pg_class t on t.oid = c.conrelid where c.contype = 'p' and t.relnamespace = 'pli'::regnamespace and t.relforcerowsecurity "
        "and t.relname not in ('event')")
    assert [k for k in keys if not k.endswith("|body")] == []


def test_a_wrong_query_of_the_owner_sees_one_body_only(world):
    consultation = world.publish()
    bodies = world.root.sql("select id from pli.body order by id")
    session = Session(world.cluster, "postgres")
    session.sql("set role pli_owner")
    assert session.sql("select count(*) from pli.consultation") == ["0"]
    session.sql(f"set pli.body = '{bodies[1]}'")
    assert session.sql(f"select count(*) from pli.consultation where id = '{consultation['id']}'") == ["0"]
    refused("42501", session.sql, f"insert into pli.presence (body, consultation, party) values ({bodies[0]}, '{consultation['id']}', '{world.party['buyer']}')")
    refused("23503", session.sql, f"insert into pli.presence (body, consultation, party) values ({bodies[1]}, '{consultation['id']}', '{world.party['buyer']}')")
    session.sql(f"set pli.body = '{bodies[0]}'")
    assert session.sql(f"select count(*) from pli.consultation where id = '{consultation['id']}'") == ["1"]
    session.close()


def test_another_body_and_another_company_find_nothing(world):
    consultation = world.draft()
    for function in ("consultation_show", "consultation_publish"):
        refused("not-found", world.front.call, function, world.party["buyer2"], consultation["id"])
    refused("not-found", world.front.call, "consultation_show", None, consultation["id"])
    refused("not-found", world.front.call, "deposit_open", world.party["duval"], consultation["id"], None, {})
    world.front.call("consultation_publish", world.party["buyer"], consultation["id"])
    deposit = world.deposit(consultation)
    for function, more in (("deposit_show", ()), ("deposit_commit", (None,)), ("deposit_withdraw", ()), ("envelope_admit", ("offre", None, None))):
        refused("not-found", world.front.call, function, world.party["nord"], deposit["id"], *more)
    for function in ("opening_start", "opening_show", "opening_shares_wanted"):
        refused("not-found", world.front.call, function, world.party["buyer2"], consultation["id"])
    filing = world.filing()
    for function, more in (("filing_show", ()), ("filing_submit", ({},)), ("filing_refuse", ({},)), ("filing_file_begin", ("deliberation.pdf", None))):
        refused("not-found", world.front.call, function, world.party["filer2"], filing["id"], *more)
    refused("not-found", world.front.call, "receipt_show", world.party["nord"], deposit["event"])
    refused("not-found", world.front.call, "receipt_show", world.party["buyer"], deposit["event"])  # sealed until the opening


def test_a_thing_of_another_kind_does_not_exist(world):
    consultation = world.publish()
    refused("not-found", world.front.call, "deposit_show", world.party["duval"], consultation["id"])
    refused("not-found", world.front.call, "filing_show", world.party["filer"], consultation["id"])


def test_a_role_is_needed_and_an_unknown_party_has_none(world):
    consultation = world.publish()
    refused("certificate-required", world.front.call, "deposit_open", None, consultation["id"], None, {})
    refused("forbidden", world.front.call, "deposit_open", world.party["buyer"], consultation["id"], None, {})
    refused("forbidden", world.front.call, "consultation_create", world.party["duval"], {})
    refused("forbidden", world.front.call, "filing_create", world.party["buyer"], {}, None)
    refused("forbidden", world.front.call, "receipts_after", world.party["duval"], -1, 10)
    refused("forbidden", world.front.call, "deposit_open", consultation["id"], consultation["id"], None, {})
    refused("22P02", world.front.call, "consultation_show", None, "no-uuid")


def test_a_disabled_certificate_is_nobody(world):
    from world import base64_text, sha256
    world.enrol("left", "90000000400011", None, ["company"])
    digest = sha256(world.certificates["left"])
    assert world.front.call("identify", digest)["roles"] == ["company"]
    world.admin.call("party_disable", {"certificate": base64_text(world.certificates["left"])})
    assert world.front.call("identify", digest) is None
    consultation = world.publish()
    refused("forbidden", world.front.call, "deposit_open", world.party["left"], consultation["id"], None, {})


def test_a_pipeline_of_two_bodies_does_not_mix_them(world):
    """Each function makes its own body act, whatever acted before in the transaction."""
    first, second = world.publish(), world.filing("filer2")
    world.front.sql("begin")
    world.front.call("consultation_show", None, first["id"])
    shown = world.front.call("filing_show", world.party["filer2"], second["id"])
    refused("not-found", world.front.call, "filing_show", world.party["filer"], second["id"])
    world.front.sql("rollback")
    assert shown["body"]["siret"] == "21020999200019"
