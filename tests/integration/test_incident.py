"""After an incident the buyer moves the deadline: earlier deposits stay valid, each depositor is told, the commission no longer changes."""
import datetime
import json

from stack import wait_for


def test_a_later_deadline_keeps_the_deposits_and_tells_each_company(stack, house):
    consultation = house.consultation()
    first, files = house.bid("company-1", consultation)
    house.deposit("company-1", consultation, first)
    house.end_now(consultation)
    second, _ = house.bid("company-2", consultation)
    receipt, _ = house.deposit("company-2", consultation, second)
    assert house.receipt(receipt)["late"] is True
    later = (stack.now() + datetime.timedelta(hours=1)).isoformat()
    moved = json.loads(stack.pli("buyer", "--json", "consultation", "move", consultation, "--deadline", later, "--reason", "Panne de la plateforme").stdout)
    assert moved["told"] == 2
    for who in ("company-1", "company-2"):
        wait_for("the notice", lambda: any(consultation in row["receipt"] for row in house.events(who) if row["fact"] == "consultation.deadline-moved"))
    house.end_now(consultation)
    assert [deposit["late"] for deposit in house.open(consultation)["deposits"]] == [False, False]
    house.assert_same(consultation, files)
