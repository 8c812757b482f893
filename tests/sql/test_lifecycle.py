"""Every life cycle is rows; an illegal step is impossible, even by hand."""
import os

from session import Session, refused

EXPECTED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "expected", "lifecycle.txt")


def test_the_life_cycles_are_those_that_were_reviewed(world):
    """A change of a rule is a difference to read: write the dump over expected/lifecycle.txt where it is meant."""
    rows = world.root.sql("select format('%s: %s -%s-> %s | %s | %s', kind, from_state, event, to_state, sentence_en, sentence_fr) "
                          "from pli.lifecycle order by kind, from_state, event")
    dump = "\n".join(rows) + "\n"
    if os.environ.get("PLI_REVIEW"):
        with open(EXPECTED, "w") as file:
            file.write(dump)
    with open(EXPECTED) as file:
        assert dump == file.read()


def test_every_state_is_reachable(world):
    rows = [row.split("|") for row in world.root.sql("select kind, from_state, to_state from pli.lifecycle")]
    for kind in {row[0] for row in rows}:
        reached, more = set(), {"none"}
        while more - reached:
            reached |= more
            more = {to for k, start, to in rows if k == kind and start in reached}
        assert {row[1] for row in rows if row[0] == kind} <= reached


def test_an_illegal_step_cannot_be_written_by_hand(world):
    consultation = world.publish()
    body = world.root.sql(f"select body from pli.consultation where id = '{consultation['id']}'")[0]
    subject = consultation["id"]
    step = "insert into pli.step (body, kind, subject, number, from_state, event, to_state) values "
    refused("23503", world.root.sql, f"{step} ({body}, 'consultation', '{subject}', 3, 'published', 'finish', 'opened')")  # no such row
    refused("23503", world.root.sql, f"{step} ({body}, 'consultation', '{subject}', 3, 'opening', 'finish', 'opened')")  # not where it is
    refused("23503", world.root.sql, f"{step} ({body}, 'consultation', '{subject}', 4, 'published', 'start', 'opening')")  # one step skipped
    refused("23503", world.root.sql, f"{step} ({body}, 'filing', '{subject}', 3, 'published', 'start', 'opening')")  # another kind
    refused("23505", world.root.sql, f"{step} ({body}, 'consultation', '{subject}', 2, 'draft', 'publish', 'published')")  # twice
    refused("23514", world.root.sql, f"{step} ({body}, 'consultation', '{subject}', 3, 'none', 'create', 'draft')")  # begun again
    refused("23503", world.root.sql, f"update pli.consultation set state = 'opened' where id = '{subject}'")
    refused("55000", world.root.sql, f"update pli.consultation set state = 'draft', step = 1 where id = '{subject}'")  # back
    refused("55000", world.root.sql, f"update pli.step set to_state = 'opened' where subject = '{subject}'")
    refused("55000", world.root.sql, f"delete from pli.step where subject = '{subject}'")
    refused("55000", world.root.sql, "truncate pli.step cascade")


def test_evidence_is_only_added_to(world):
    consultation = world.publish()
    world.deposit(consultation)
    world.notarize()
    session = Session(world.cluster, "postgres")
    for table in ("event", "journal", "journal_node", "checkpoint", "transfer", "step"):
        column = session.sql(f"select attname from pg_attribute where attrelid = 'pli.{table}'::regclass and attnum > 0 "
                             "and attidentity = '' and attgenerated = '' order by attnum limit 1")[0]
        refused("55000", session.sql, f"update pli.{table} set {column} = {column}")
        refused("55000", session.sql, f"delete from pli.{table}")
    session.close()
    refused("23514", world.root.sql, "insert into pli.journal (index, event, leaf) values (-1, 1, sha256(''))")
    refused("55000", world.root.sql, "insert into pli.journal (index, event, leaf) values (1000000, 1, sha256(''))")
