"""Consultations and their documents."""
from session import refused
from world import sha256


def test_a_consultation_is_drafted_documented_published_and_then_fixed(world):
    draft = world.draft(lots=[{"number": "1", "title": "Bois"}, {"number": "2", "title": "Aluminium"}], envelopes=["candidature", "offre"])
    place = world.front.call("document_begin", world.party["buyer"], draft["id"], "règlement.pdf", "application/pdf")
    world.front.call("chunk_put", place["day"], place["content"], 0, sha256(b"one"), b"one")
    world.front.call("chunk_put", place["day"], place["content"], 1, sha256(b"two"), b"two")
    refused("content-incomplete", world.front.call, "document_finish", world.party["buyer"], draft["id"], "règlement.pdf", 7, sha256(b"onetwo"))
    document = world.front.call("document_finish", world.party["buyer"], draft["id"], "règlement.pdf", 6, sha256(b"onetwo"))
    assert {k: document[k] for k in ("name", "mediaType", "size", "sha256", "version")} == {
        "name": "règlement.pdf", "mediaType": "application/pdf", "size": 6, "sha256": sha256(b"onetwo").hex(), "version": 1}
    refused("content-closed", world.front.call, "chunk_put", place["day"], place["content"], 1, sha256(b"three"), b"three")
    published = world.front.call("consultation_publish", world.party["buyer"], draft["id"])
    assert published["state"] == "published" and published["deadline"] == "2099-01-01T11:00:00.000000Z"
    assert [m["x"] for m in published["members"]] == [1, 2, 3] and published["lots"][1]["title"] == "Aluminium"
    refused("correction-reason", world.front.call, "document_begin", world.party["buyer"], draft["id"], "autre.pdf", None)
    refused("consultation-published", world.front.call, "consultation_publish", world.party["buyer"], draft["id"])
    assert world.front.call("consultation_show", None, draft["id"])["documents"] == [document]


def test_a_withdrawal_is_registered_also_an_anonymous_one(world):
    draft = world.draft()
    place = world.front.call("document_begin", world.party["buyer"], draft["id"], "cctp.pdf", "application/pdf")
    world.front.call("chunk_put", place["day"], place["content"], 0, sha256(b"cctp"), b"cctp")
    world.front.call("document_finish", world.party["buyer"], draft["id"], "cctp.pdf", 4, sha256(b"cctp"))
    world.front.call("consultation_publish", world.party["buyer"], draft["id"])
    for actor in (None, world.party["duval"]):
        assert world.front.call("document_open", actor, draft["id"], "cctp.pdf")["content"] == place["content"]
    refused("not-found", world.front.call, "document_open", None, draft["id"], "absent.pdf")
    rows = world.root.sql(f"select coalesce(party::text, 'anonymous') from pli.withdrawal where consultation = '{draft['id']}' order by id")
    assert rows == ["anonymous", world.party["duval"]]
    assert world.front.sql(f"select number || convert_from(data, 'UTF8') from api.chunk_read('{place['day']}', {place['content']}, 0, 10)") == ["0cctp"]


def test_wrong_input_is_refused_with_its_name(world):
    for more, code in (({"deadline": "2099-01-01T12:00:00"}, "json-malformed"), ({"title": ""}, "json-malformed"), ({"reference": 7}, "json-malformed"),
                       ({"quorum": 4}, "consultation-members"), ({"members": []}, "consultation-members"), ({"quorum": 0}, "json-malformed"),
                       ({"members": [{"sha256": "00" * 32}], "quorum": 1}, "consultation-members"), ({"envelopes": ["secret"]}, "json-malformed"),
                       ({"lots": [{"number": "1", "title": "a"}, {"number": "1", "title": "b"}]}, "consultation-reference-taken"),
                       ({"lots": "one"}, "json-malformed")):
        refused(code, lambda more=more: world.draft(**more))
    twice = [{"sha256": sha256(world.certificates["member1"]).hex()}] * 2
    refused("consultation-members", lambda: world.draft(members=twice))
    first = world.draft()
    refused("consultation-reference-taken", lambda: world.draft(reference=first["reference"]))
    assert world.draft("buyer2", reference=first["reference"])["reference"] == first["reference"]  # per body
    for name in ("../x", "a/b", "", ".", "x" * 256):
        refused("document-name", world.front.call, "document_begin", world.party["buyer"], first["id"], name, "application/pdf")
    past = world.draft(deadline="2020-01-01T00:00:00Z")
    refused("consultation-deadline", world.front.call, "consultation_publish", world.party["buyer"], past["id"])


def test_the_list_goes_page_by_page_and_searches(world):
    made = [world.publish(title=f"Charpente no {n} à 100 %")["id"] for n in range(5)]
    world.draft(title="Charpente secrète")
    seen, after = [], None
    while True:
        page = world.front.call("consultation_list", "charpente", after, 2)
        seen += [c["id"] for c in page["consultations"]]
        after = page["next"]
        if after is None:
            break
    assert seen == made[::-1]
    assert len(world.front.call("consultation_list", "100 %", None, 50)["consultations"]) == 5
    assert world.front.call("consultation_list", "%_%", None, 50)["consultations"] == []


def test_the_search_knows_french_accents_codes_places_and_deadlines(world):
    made = world.publish(title="Réfection des menuiseries extérieures", object="Écoles élémentaires", reference="REF-2026/42", cpv=["45421150-0"],
                         place={"code": "98765", "type": "postal"}, nature="works", lots=[{"number": "1", "title": "Ébénisterie", "cpv": ["39130000"]}])["id"]

    def found(search=None, **filter):
        return made in [c["id"] for c in world.front.call("consultation_list", search, None, 200, filter)["consultations"]]
    assert found() and found("menuiserie exterieure") and found("ecole") and found("ébénisteries") and found("ref-2026/42") and found("saint-exemple réfection")
    assert not found("charpente") and not found("menuiserie -exterieure") and found('"menuiseries extérieures"') and not found("\\' & | !")
    for code, expected in (("45000000", True), ("45421150", True), ("45421100-5", True), ("39000000", True), ("45421160", False), ("71000000", False)):
        assert found(cpv=code) == expected, code
    assert found(place="98") and found(place="98765") and found(place="06") and not found(place="99")
    assert found(nature="works", procedure="MAPA") and not found(nature="services") and not found(procedure="open")
    assert found(open=True) and found(before="2100-01-01T00:00:00Z") and not found(before="2030-01-01T00:00:00Z")
    assert found(body="21060999100018") and not found(body="21020999200019")
    world.front.call("consultation_change", world.party["buyer"], made, {"title": "Peinture", "reason": "erreur"})
    assert found("peinture") and not found("réfection")
    refused("request-malformed", world.front.call, "consultation_list", None, "nonsense", 10)
    draft = world.draft(title="Peinture secrète")
    assert draft["id"] not in str(world.front.call("consultation_list", "secrète", None, 200))
