"""The life of a procedure: draft, hour, corrections, code, thresholds, analysis, award, contracts, notification."""
from session import refused


def buyer(world, function, consultation, *more):
    return world.front.call(function, world.party["buyer"], consultation["id"], *more)


def facts(world, consultation, fact):
    """To whom this fact was told, in order; '' for nobody in particular."""
    return world.root.sql(f"select coalesce(p.name, '') from pli.event e left join pli.party p on p.id = e.party where e.fact = '{fact}' "
                          f"and e.text::jsonb #>> '{{consultation,id}}' = '{consultation['id']}' order by e.id")


def test_a_draft_changes_freely_and_a_published_consultation_by_corrections(world):
    draft = world.draft(cpv=["45421000-4"], place={"code": "06100", "type": "postal"}, nature="works", estimate=90000, months=6)
    changed = buyer(world, "consultation_change", draft, {"title": "Autre titre", "procedure": "open", "estimate": 80000})
    assert changed["title"] == "Autre titre" and changed["procedure"] == "open" and changed["cpv"] == ["45421000-4"] and changed["estimate"] == 80000
    world.front.call("consultation_publish", world.party["buyer"], draft["id"])
    assert "estimate" not in world.front.call("consultation_show", None, draft["id"])
    refused("correction-reason", buyer, world, "consultation_change", draft, {"title": "Sans motif"})
    refused("consultation-published", buyer, world, "consultation_change", draft, {"procedure": "MAPA", "reason": "x"})
    refused("consultation-deadline", buyer, world, "consultation_change", draft, {"deadline": "2098-01-01T00:00:00Z", "reason": "x"})
    refused("not-found", world.front.call, "consultation_change", world.party["buyer2"], draft["id"], {"title": "x"})
    corrected = buyer(world, "consultation_change", draft, {"object": "Fenêtres et portes", "deadline": "2099-02-01T11:00:00Z", "reason": "Portes oubliées"})
    assert corrected["change"] == 1 and corrected["corrections"] == 1 and corrected["state"] == "published"
    (change,) = world.front.call("change_list", None, draft["id"])["changes"]
    assert change["reason"] == "Portes oubliées" and [c["field"] for c in change["changes"]] == ["deadline", "object"]
    assert change["changes"][1] == {"field": "object", "before": "Remplacement des fenêtres", "after": "Fenêtres et portes"}
    assert buyer(world, "consultation_change", draft, {"title": "Autre titre", "reason": "rien"})["change"] is None


def test_everyone_who_took_documents_is_told_of_a_correction_and_nobody_else(world):
    draft = world.draft()
    world.put(draft, "cctp.pdf", b"one")
    buyer(world, "consultation_publish", draft)
    for company in ("duval", "duval2", None):  # two people of one company, and somebody without a name
        world.front.call("document_open", company and world.party[company], draft["id"], "cctp.pdf")
    put = world.put(draft, "cctp.pdf", b"three", "Article 4 : délai porté à six semaines")
    assert put["version"] == 2 and put["change"] == 1
    told = facts(world, draft, "consultation.corrected")
    assert told[0] == "buyer" and len(told) == 2 and told[1] in ("duval", "duval2")
    reasons = world.root.sql(f"select text::jsonb -> 'reasons' -> 0 ->> 'text' from pli.event where fact = 'consultation.corrected' and subject = '{draft['id']}'")
    assert set(reasons) == {"Article 4 : délai porté à six semaines"}


def test_a_document_has_versions_and_what_was_taken_says_which(world):
    draft = world.draft()
    world.put(draft, "cctp.pdf", b"draft")
    world.put(draft, "cctp.pdf", b"one")  # nobody saw the first: no version
    buyer(world, "consultation_publish", draft)
    world.front.call("document_open", None, draft["id"], "cctp.pdf")
    begun = world.front.call("document_begin", world.party["buyer"], draft["id"], "cctp.pdf", "application/pdf", "en cours")
    assert world.front.call("document_open", None, draft["id"], "cctp.pdf")["size"] == 3, "what is not whole replaces nothing"
    assert begun["content"] != world.front.call("document_open", None, draft["id"], "cctp.pdf")["content"]
    world.put(draft, "cctp.pdf", b"second", "Corrigé")
    (document,) = world.front.call("document_list", None, draft["id"])["documents"]
    assert (document["version"], document["note"], [f["version"] for f in document["former"]]) == (2, "Corrigé", [1])
    assert world.front.call("document_open", None, draft["id"], "cctp.pdf", None, 1)["size"] == 3
    assert world.front.call("document_open", None, draft["id"], "cctp.pdf")["size"] == 6
    refused("not-found", world.front.call, "document_open", None, draft["id"], "cctp.pdf", None, 3)
    assert world.root.sql(f"select version from pli.withdrawal where consultation = '{draft['id']}' order by id") == ["1", "1", "1", "1", "2"]
    taken = world.front.call("document_open_all", None, draft["id"])
    assert [d["name"] for d in taken["documents"]] == ["cctp.pdf"]
    refused("not-found", world.front.call, "document_open_all", None, world.publish()["id"])
    world.set_deadline(draft, -1)
    refused("consultation-published", world.put, draft, "cctp.pdf", b"late", "trop tard")


def test_a_publication_waits_for_its_hour_and_a_deadline_closes(world):
    draft = world.draft()
    refused("consultation-deadline", buyer, world, "consultation_publish", draft, {"at": "2099-06-01T00:00:00Z"})
    assert buyer(world, "consultation_publish", draft, {"at": "2098-06-01T00:00:00Z"})["state"] == "scheduled"
    refused("not-found", world.front.call, "consultation_show", world.party["duval"], draft["id"])
    refused("not-found", world.front.call, "deposit_open", world.party["duval"], draft["id"], None, {})
    assert world.front.call("schedule_run")["published"] == 0
    assert buyer(world, "consultation_unschedule", draft)["state"] == "draft"
    buyer(world, "consultation_publish", draft, {"at": "2098-06-01T00:00:00Z"})
    world.root.sql(f"update pli.consultation set publish_at = clock_timestamp() where id = '{draft['id']}'")
    assert world.front.call("schedule_run")["published"] == 1
    assert world.front.call("consultation_show", None, draft["id"])["state"] == "published"
    world.set_deadline(draft, -1)
    while world.front.call("schedule_run")["more"]:
        pass
    assert world.front.call("consultation_show", None, draft["id"])["state"] == "closed"
    refused("consultation-published", buyer, world, "consultation_change", draft, {"title": "x", "reason": "y"})
    moved = buyer(world, "deadline_move", draft, {"deadline": "2099-01-01T00:00:00Z", "reason": "panne"})
    assert moved["state"] == "published"


def test_what_cannot_be_published_at_its_hour_goes_back_to_its_buyer(world):
    draft = world.draft()
    buyer(world, "consultation_publish", draft, {"at": "2098-06-01T00:00:00Z"})
    world.root.sql(f"update pli.consultation set publish_at = clock_timestamp(), deadline = clock_timestamp() where id = '{draft['id']}'")
    world.front.call("schedule_run")
    assert buyer(world, "consultation_show", draft)["state"] == "draft"
    assert facts(world, draft, "consultation.unpublished") == ["buyer"]


def test_a_restricted_consultation_opens_with_its_code(world):
    draft = world.draft(lots=[{"number": "1", "title": "Secret"}])
    world.put(draft, "dce.pdf", b"dce")
    code = buyer(world, "access_set", draft, {})["code"]
    buyer(world, "consultation_publish", draft)
    shown = world.front.call("consultation_show", None, draft["id"])
    assert shown["restricted"] and "lots" not in shown and "documents" not in shown and "members" not in shown
    for actor in (None, world.party["duval"]):
        refused("access-code", world.front.call, "document_open", actor, draft["id"], "dce.pdf")
    refused("access-code", world.front.call, "deposit_open", world.party["duval"], draft["id"], None, {})
    assert world.front.call("access_open", None, draft["id"], "AAAA-BBBB-CCCC") == {"wrong": True}
    token = world.front.call("access_open", None, draft["id"], " " + code.lower())["token"]
    assert world.front.call("document_open", None, draft["id"], "dce.pdf", token)["size"] == 3
    refused("access-code", world.front.call, "document_open", None, draft["id"], "dce.pdf", token[::-1])
    world.front.call("access_open", world.party["duval"], draft["id"], code)
    assert world.front.call("deposit_open", world.party["duval2"], draft["id"], None, {})["state"] == "started", "the company has it, not the person"
    assert world.front.call("consultation_show", world.party["member1"], draft["id"])["lots"][0]["title"] == "Secret"
    assert code not in str(world.root.sql(f"select * from pli.consultation where id = '{draft['id']}'"))
    buyer(world, "access_set", draft, {})  # a new code: the old one opens nothing
    assert world.front.call("access_open", None, draft["id"], code) == {"wrong": True}


def test_codes_cannot_be_guessed_for_long(world):
    draft = world.draft()
    code = buyer(world, "access_set", draft, {})["code"]
    buyer(world, "consultation_publish", draft)
    for _ in range(20):
        assert world.front.call("access_open", None, draft["id"], "WRONG")["wrong"]
    refused("access-attempts", world.front.call, "access_open", None, draft["id"], code)
    world.root.sql(f"update pli.access_failure set at = at - interval '16 minutes' where consultation = '{draft['id']}'")
    assert "token" in world.front.call("access_open", None, draft["id"], code)


def test_thresholds_are_those_of_their_day_and_hold_back_a_wrong_procedure(world):
    def amount(day, name, nature, buyer_kind="authority"):
        return next(t["amount"] for t in world.front.call("threshold_list", day)["thresholds"]
                    if (t["name"], t["nature"]) == (name, nature) and t["buyer"] in ("any", buyer_kind))
    assert amount("2025-06-01", "formal", "services") == 221000 and amount("2026-06-01", "formal", "services") == 216000
    assert amount("2026-06-01", "formal", "works") == 5404000 and amount("2026-06-01", "formal", "supplies", "central") == 140000
    assert amount("2026-03-31", "publicity", "supplies") == 40000 and amount("2026-04-01", "publicity", "supplies") == 60000
    refused("json-malformed", world.front.call, "threshold_list", "yesterday")
    dear = world.draft(nature="services", estimate=300000)
    refused("procedure-threshold", buyer, world, "consultation_publish", dear)
    buyer(world, "consultation_change", dear, {"exemption": "R2123-1 3° : services sociaux"})
    assert buyer(world, "consultation_publish", dear)["state"] == "published"
    direct = world.draft(nature="supplies", estimate=75000, procedure="direct")
    refused("procedure-threshold", buyer, world, "consultation_publish", direct)
    refused("procedure-unknown", lambda: world.draft(procedure="troc"))
    wrong = world.draft(procedure="concession-open", nature="works")
    refused("procedure-unknown", buyer, world, "consultation_publish", wrong)


def test_cpv_codes_and_places_are_checked(world):
    for code in ("4542", "00000000", "04000000", "45421000-44", "4542100x"):
        refused("cpv-unknown", lambda code=code: world.draft(cpv=[code]))
    for place in ("06100", {"code": "06100"}, {"code": "06100", "type": "village"}):
        refused("json-malformed", lambda place=place: world.draft(place=place))
    assert world.root.sql("select rule.cpv_prefix('45214210-5') || ' ' || rule.cpv_prefix('45000000') || ' ' || rule.cpv_prefix('30000000-9')") == ["4521421 45 30"]


def test_lots_are_analysed_awarded_and_notified(world):
    consultation, (first, second) = world.opened()
    assert consultation["state"] == "opened"
    refused("award-deposit", world.award, consultation, first)  # nothing analysed
    refused("json-malformed", buyer, world, "analysis_put", consultation, {"lots": [{"lot": "", "offers": [{"deposit": first["id"], "decision": "rejected"}]}]})
    refused("award-lot", buyer, world, "analysis_put", consultation, {"lots": [{"lot": "9", "offers": []}]})
    assert world.analyse(consultation, [second, first])["state"] == "analysed"
    assert world.analyse(consultation, [first, second])["analysis"]["lots"][0]["offers"][0]["company"] == "SARL duval"
    assert "analysis" not in world.front.call("consultation_show", world.party["duval"], consultation["id"])
    refused("award-deposit", world.award, consultation, second)  # not retained
    refused("award-lot", buyer, world, "award_put", consultation, {"lots": []})
    awarded = world.award(consultation, first)
    assert awarded["state"] == "awarded" and awarded["outcome"][0]["holder"] == {"name": "SARL duval", "siret": "90000000100017"}
    (contract,) = buyer(world, "contract_list", consultation)["contracts"]
    refused("not-found", world.front.call, "contract_show", world.party["nord"], contract["id"])
    assert world.front.call("contract_show", world.party["duval2"], contract["id"])["amount"] == 1000
    refused("forbidden", world.front.call, "contract_notify", world.party["duval"], contract["id"], {})
    assert world.front.call("contract_notify", world.party["buyer"], contract["id"], {})["state"] == "notified"
    assert buyer(world, "consultation_show", consultation)["state"] == "notified"
    refused("step-refused", buyer, world, "consultation_abandon", consultation, {"reason": "trop tard"})


def test_a_procedure_without_offers_is_unsuccessful_and_one_given_up_tells_everyone(world):
    empty, _ = world.opened(companies=())
    ended = buyer(world, "award_put", empty, {"lots": [{"lot": "", "outcome": "unsuccessful", "reason": "Aucun pli"}]})
    assert ended["state"] == "unsuccessful"
    consultation, (first, second) = world.opened()
    world.analyse(consultation, [first, second])
    world.award(consultation, first)
    assert buyer(world, "consultation_abandon", consultation, {"reason": "Crédits supprimés"})["state"] == "without-follow-up"
    assert sorted(facts(world, consultation, "consultation.without-follow-up")) == ["buyer", "duval", "nord"]
    assert {k["state"] for k in buyer(world, "contract_list", consultation)["contracts"]} == {"cancelled"}


def test_a_late_offer_is_never_retained(world):
    consultation = world.publish()
    world.set_deadline(consultation, -1)
    late = world.deposit(consultation)
    world.front.call("opening_start", world.party["member1"], consultation["id"])
    refused("award-deposit", world.analyse, consultation, [late])


def test_a_subsequent_contract_names_its_framework_agreement(world):
    framework, (first, second) = world.opened(technique="framework", months=48)
    world.front.call("analysis_put", world.party["buyer"], framework["id"], {"lots": [{"lot": "", "offers": [
        {"deposit": d["id"], "decision": "retained", "rank": n} for n, d in enumerate((first, second), 1)]}]})
    refused("framework-unknown", lambda: world.draft(procedure="subsequent", framework=framework["id"]))
    awarded = buyer(world, "award_put", framework, {"lots": [{"lot": "", "deposit": d["id"], "amount": 50000, "months": 48} for d in (first, second)]})
    assert len(awarded["outcome"]) == 2
    refused("framework-unknown", lambda: world.draft("buyer2", procedure="subsequent", framework=framework["id"]))
    bare = world.draft(procedure="subsequent")
    refused("framework-unknown", buyer, world, "consultation_publish", bare)
    consultation, (offer,) = world.opened(companies=("nord",), procedure="subsequent", framework=framework["id"])
    world.analyse(consultation, [offer])
    world.award(consultation, offer)
    (contract,) = buyer(world, "contract_list", consultation)["contracts"]
    agreements = {k["id"]: k["holder"]["name"] for k in buyer(world, "contract_list", framework)["contracts"]}
    assert agreements[contract["framework"]] == "SARL nord", "under the agreement with the same company"
