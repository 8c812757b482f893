"""Downloads that go on: parts of a document (RFC 9110 14), over real TLS."""
import json
import os

import pytest


@pytest.fixture(scope="module")
def document(stack, tmp_path_factory):
    """A published document of three chunks: (its address, its bytes)."""
    folder = tmp_path_factory.mktemp("download")
    data = os.urandom(600_000)
    (folder / "plan.bin").write_bytes(data)
    consultation = folder / "consultation.json"
    consultation.write_text(json.dumps({"reference": os.urandom(5).hex(), "title": "Plans", "object": "Plans", "procedure": "MAPA", "deadline": "2036-01-01T12:00:00Z",
                                        "quorum": 2, "envelopes": ["offre"], "members": stack.member_certificates()}))
    made = json.loads(stack.pli("buyer", "--json", "consultation", "create", str(consultation)).stdout)["id"]
    stack.pli("buyer", "consultation", "document", made, str(folder / "plan.bin"))
    stack.pli("buyer", "consultation", "publish", made)
    return f"/api/v1/consultations/{made}/documents/plan.bin", data


@pytest.mark.parametrize("field,first,last", [("bytes=0-9", 0, 9), ("bytes=262140-262150", 262140, 262150), ("bytes=262144-524287", 262144, 524287),
                                              ("bytes=599990-", 599990, 599999), ("bytes=-1", 599999, 599999), ("bytes=100-9999999", 100, 599999)])
def test_a_part_of_a_document_is_sent_as_a_part(stack, document, field, first, last):
    path, data = document
    status, headers, body = stack.request("GET", path, headers={"Range": field})
    assert (status, headers["Content-Range"], headers["Content-Length"]) == (206, f"bytes {first}-{last}/600000", str(last - first + 1))
    assert body == data[first:last + 1]


def test_a_download_that_broke_off_goes_on_if_it_is_still_the_same(stack, document):
    path, data = document
    status, headers, whole = stack.request("GET", path)
    assert status == 200 and whole == data and headers["Accept-Ranges"] == "bytes" and headers["ETag"].startswith('"')
    status, _, rest = stack.request("GET", path, headers={"Range": "bytes=300000-", "If-Range": headers["ETag"]})
    assert status == 206 and data[:300000] + rest == data
    for other in ('"another"', "W/" + headers["ETag"], "Tue, 24 Nov 2026 12:00:00 GMT"):
        status, _, whole = stack.request("GET", path, headers={"Range": "bytes=300000-", "If-Range": other})
        assert status == 200 and whole == data


def test_a_part_that_is_not_there_is_refused_and_what_is_no_part_ignored(stack, document):
    path, data = document
    status, headers, body = stack.request("GET", path, headers={"Range": "bytes=600000-"})
    assert (status, headers["Content-Range"], json.loads(body)["code"]) == (416, "bytes */600000", "range-unsatisfiable")
    for field in ("bytes=5-2", "bytes=0-1,5-6", "lines=1-2"):
        status, _, body = stack.request("GET", path, headers={"Range": field})
        assert status == 200 and body == data
    status, headers, body = stack.request("HEAD", path, headers={"Range": "bytes=0-9"})
    assert (status, headers["Content-Length"], body) == (200, "600000", b"")
