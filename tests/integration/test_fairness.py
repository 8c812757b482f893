"""Who is served first: measured by what was done before what, never by a clock."""
import os

import pytest

import rawline

FLOOD = 100


@pytest.fixture
def held():
    """Uploads that stand still; their connections end with the story."""
    connections = []
    yield connections
    for connection, _ in connections:
        connection.close()


def test_a_company_with_a_hundred_connections_does_not_starve_another(stack, house, held):
    flooded = house.begin("company-1", house.consultation())["id"]
    greedy = rawline.Certified(stack, "company-1")
    held += [greedy.hold(flooded, number, os.urandom(30_000), 29_999) for number in range(FLOOD)]
    deposit = house.begin("company-2", house.consultation())["id"]
    other = rawline.Certified(stack, "company-2").connect()
    rawline.release(held)
    other.sendall(b"".join(rawline.put(deposit, 0, os.urandom(30_000))))
    order = rawline.statuses([connection for connection, _ in held] + [other])
    other.close()
    assert {status for _, status in order} == {204}
    place = [connection for connection, _ in order].index(other)
    print(f"answered after {place} of {FLOOD}")
    assert place < FLOOD * 2 // 3, f"the other company was answered after {place} of {FLOOD}"


def test_a_commit_goes_before_what_waits(stack, house, held, setting):
    """Of the same company, on other connections: sixty deposits are to be opened when the commit comes."""
    setting("company-deposits", 1000)
    consultation = house.consultation()
    envelope, _ = house.bid("company-1", consultation, 20_000)
    deposit = house.begin("company-1", consultation)["id"]
    certified = rawline.Certified(stack, "company-1")
    with open(envelope + "/ciphertext", "rb") as ciphertext, open(envelope + "/manifest.xml", "rb") as manifest:
        held.append(certified.hold(deposit, 0, ciphertext.read(), 0))
        rawline.release(held)
        assert rawline.statuses([held[0][0]])[0][1] == 204
        assert stack.request("PUT", f"/api/v1/deposits/{deposit}/envelopes/offre/manifest", "company-1", manifest.read())[0] == 200
    held += [(certified.connect(), rawline.post(f"/api/v1/consultations/{consultation}/deposits")) for _ in range(60)]
    held.append((certified.connect(), rawline.post(f"/api/v1/deposits/{deposit}/commit")))
    rawline.release(held[1:])
    order = rawline.statuses([connection for connection, _ in held[1:]])
    assert {status for _, status in order} == {200, 201}
    before = int(stack.cluster.psql("select count(*) from pli.step s join pli.deposit d on d.body = s.body and d.id = s.subject and s.kind = 'deposit' "
                                    f"where d.consultation = '{consultation}' and s.event = 'open' and d.id <> '{deposit}' and s.at < "
                                    f"(select e.at from pli.event e where e.subject = '{deposit}' and e.fact = 'deposit.committed')")[0])
    print(f"committed after {before} of 60")
    assert before < 40, f"the commit came after {before} of 60"


def resident(stack):
    with open(f"/proc/{stack.pid('front')}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) * 1024


def test_slow_clients_hold_memory_only(stack, house, held):
    """A hundred and fifty uploads that stand still: no worker waits for one, each costs its buffer, and each goes on when it likes."""
    count = 150  # the edge takes 200 of one address
    slow = house.begin("company-1", house.consultation())["id"]
    certified = rawline.Certified(stack, "company-1")
    certified.hold(slow, 0, b"xx", 1)[0].close()  # the first connection's own cost
    before = resident(stack)
    held += [certified.hold(slow, number, os.urandom(40_000), 5_000) for number in range(count)]
    consultation = house.consultation()
    envelope, _ = house.bid("company-2", consultation, 3_000_000)
    receipt, _ = house.deposit("company-2", consultation, envelope)
    assert house.receipt(receipt)["late"] is False
    grown = resident(stack) - before
    print(f"{grown / count / 1024:.1f} KiB each")
    assert grown < count * 80 * 1024, f"{grown} bytes more for {count} clients"
    rawline.release(held)
    assert {status for _, status in rawline.statuses([connection for connection, _ in held])} == {204}
