"""The account that every emulator knows, and an account SAS for it."""

import base64
import hashlib
import hmac
from urllib.parse import urlencode

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
VERSION = "2024-08-04"


def account_sas():
    """A query for all that the blob, file, queue and table services offer, valid for longer than any run."""
    fields = {"sv": "2020-12-06", "ss": "bfqt", "srt": "sco", "sp": "rwdlacuptf", "se": "2099-12-31T00:00:00Z"}
    order = ("sp", "ss", "srt", "st", "se", "sip", "spr", "sv", "ses")
    text = "\n".join([ACCOUNT] + [fields.get(name, "") for name in order]) + "\n"
    digest = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
    return urlencode(fields | {"sig": base64.b64encode(digest).decode()})
