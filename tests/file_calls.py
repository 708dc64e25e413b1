"""What a device says over plain HTTP about the bytes of a file."""

import hashlib

from shared_models.protocol import PATH
from tests.servers import START_US, record_id

CONTENT = b"%PDF-1.7 " + bytes(range(256)) * 40
ACME, OFFER = record_id(1), record_id(2)


def digest(content):
    return hashlib.sha256(content).hexdigest()


def document_op(pk=OFFER, content=CONTENT, **values):
    known = {"company_id": ACME, "name": "offer.pdf", "mime": "application/pdf", "size": len(content), "added_at": START_US}
    return {"t": "document", "pk": pk, "op": "i", "set": {**known, "sha256": digest(content), **values}}


def tx(number, *ops):
    return {"id": f"file-tx-{number}", "tx": number, "hlc": START_US // 1000 << 16, "ops": list(ops)}


def path(content=CONTENT):
    return f"{PATH}/blobs/{digest(content)}"


def announce(caller, content=CONTENT, length=None):
    size = len(content) if length is None else length
    return caller.http.put(path(content), headers={**caller.headers, "upload-length": str(size)})


def send(caller, piece, offset, content=CONTENT):
    headers = {**caller.headers, "upload-offset": str(offset), "upload-length": str(len(content))}
    return caller.http.patch(path(content), content=piece, headers=headers)


def place(caller, content=CONTENT):
    return caller.http.head(path(content), headers=caller.headers)


def fetch(caller, content=CONTENT, **headers):
    return caller.http.get(path(content), headers={**caller.headers, **headers})


def state_of(caller, pk=OFFER):
    lines = caller.http.post(
        f"{PATH}/fetch", json={"server_epoch": caller.server_epoch, "t": "document", "pks": [pk]}, headers=caller.headers
    ).text.splitlines()
    return lines[0].count('"stored"') == 1
