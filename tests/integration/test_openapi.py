"""The API's own description: what it says of rights and shapes is what the gateway does."""
import json
import re

import pytest

from test_procedure import call, draft

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def document(stack):
    status, headers, data = stack.request("GET", "/openapi.json")
    assert status == 200 and headers["Content-Type"].startswith("application/json")
    return json.loads(data)


def operations(document):
    return [(path, method, operation) for path, item in document["paths"].items() for method, operation in item.items()]


def test_its_schemas_are_schemas(document):
    jsonschema = pytest.importorskip("jsonschema")
    assert document["openapi"] == "3.1.0" and len(operations(document)) > 80
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_route_does_what_its_description_says_of_rights(stack, document):
    """Each is called by nobody: refused with 401 where a certificate is wanted, else answered or refused as a problem; never a fault."""
    for path, method, operation in operations(document):
        url = re.sub(r"\{rest\}", "0/000", re.sub(r"\{token\}", "0" * 64, re.sub(r"\{(?!rest|token)\w+\}", NOBODY, path)))
        status, headers, data = stack.request(method.upper(), url, None, b"" if "requestBody" not in operation else b"{}",
                                              {"Content-Type": "application/json", "Content-Digest": "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:"})
        wanted = operation["security"] != []
        assert (status == 401) == wanted, (method, path, status, data[:200])
        if status >= 400:
            assert status < 500 or path == "/readyz", (method, path, status)
            assert headers["Content-Type"].startswith("application/problem+json"), (method, path, headers)


def test_answers_have_the_shape_that_is_told(stack, house, document):
    jsonschema = pytest.importorskip("jsonschema")

    def check(name, value):
        jsonschema.Draft202012Validator({**document, "$ref": f"#/components/schemas/{name}"}).validate(value)
    made = draft(stack, lots=[{"number": "1", "title": "Un", "cpv": ["45421000"]}], place={"code": "06", "type": "department"})
    check("Consultation", made)
    call(stack, "buyer", "PUT", f"/consultations/{made['id']}/documents/a.txt", b"a", 201)
    check("Consultation", call(stack, "buyer", "POST", f"/consultations/{made['id']}/publish"))
    check("ConsultationList", call(stack, None, "GET", "/consultations?limit=5"))
    check("Question", call(stack, "company-1", "POST", f"/consultations/{made['id']}/questions", {"question": "Quoi ?", "lot": "1"}, 201))
    check("QuestionList", call(stack, "buyer", "GET", f"/consultations/{made['id']}/questions"))
    check("ChangeList", call(stack, None, "GET", f"/consultations/{made['id']}/changes"))
    check("Deposit", call(stack, "company-1", "POST", f"/consultations/{made['id']}/deposits", {"rehearsal": True}, 201))
    check("Thresholds", call(stack, None, "GET", "/thresholds?date=2026-06-01"))
    check("Procedures", call(stack, None, "GET", "/procedures"))
    check("MailList", call(stack, "company-1", "GET", "/mails"))
    check("Events", call(stack, "company-1", "GET", "/events?after=-1"))
    check("Problem", json.loads(stack.request("GET", f"/api/v1/consultations/{NOBODY}")[2]))
