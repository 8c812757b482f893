"""A reader of evidence records in receipts, written from RFC 4998 and EN 319 132-3 alone."""
import base64
import hashlib
import re
from xml.etree.ElementTree import canonicalize

SHA256 = bytes.fromhex("608648016503040201")
DSIG = b' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'


def items(data):
    """The DER elements of a content: (tag, content, whole)."""
    at = 0
    while at < len(data):
        length, start = data[at + 1], at + 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(data[at + 2:start], "big")
        yield data[at], data[start:start + length], data[at:start + length]
        at = start + length


def sha256(data):
    return hashlib.sha256(data).digest()


def canonical(receipt, element):
    """One element of the signature, exclusively canonicalised: what it needs of its context is the prefix ds."""
    text = re.search(rb"<ds:%s[ >].*?</ds:%s>" % (element, element), receipt, re.S)[0]
    return canonicalize(re.sub(rb"^<ds:" + element, b"<ds:" + element + DSIG, text)).encode()


def data_objects(receipt):
    """EN 319 132-3 5.2: each reference's data (their hashes stand in the DigestValues, which xmlsec1 has checked), SignedInfo,
    SignatureValue, KeyInfo."""
    references = [base64.b64decode(value) for value in re.findall(rb"<ds:DigestValue>([^<]+)<", canonical(receipt, b"SignedInfo"))]
    return references + [sha256(canonical(receipt, element)) for element in (b"SignedInfo", b"SignatureValue", b"KeyInfo")]


def record_of(receipt):
    """(the reduced hash tree's lists, the token) of the first record."""
    der = base64.b64decode(re.search(rb"ASN1EvidenceRecord[^>]*>([^<]+)<", receipt)[1])
    (tag, record, _), = items(der)
    version, digests, chains = items(record)
    assert (tag, version[1]) == (0x30, b"\1") and [list(items(a[1]))[0][1] for a in items(digests[1])] == [SHA256]
    (chain,) = items(chains[1])
    (stamp,) = items(chain[1])
    tree, token = items(stamp[1])
    assert (tree[0], token[0]) == (0xA2, 0x30)
    return [[hash_[1] for hash_ in items(list_[1])] for list_ in items(tree[1])], token[2]


def root_and_token(receipt):
    """RFC 4998 4.3: the hash that the token must be about."""
    (first, *others), token = record_of(receipt)
    assert sorted(first) == sorted(data_objects(receipt))
    value = sha256(b"".join(sorted(first)))
    for list_ in others:
        value = sha256(b"".join(sorted(list_ + [value])))
    return value, token
