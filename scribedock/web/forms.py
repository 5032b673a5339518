"""The forms that pages send, and where they lead afterwards."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from scribedock.errors import InvalidQuery

MAX_FORM_BYTES = 16_384
MAX_FIELDS = 40
FORM = "application/x-www-form-urlencoded"
# Within the pages: no other host, which browsers also take `//host` and `/\host` for.
LOCAL = re.compile(
    r"/web(?:/(?![/\\])[A-Za-z0-9._~!$'()*+,;=:@%/-]*)?(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?\Z"
)


async def read_form(request: Request, *, most: int = MAX_FORM_BYTES) -> Mapping[str, str]:
    """Return the fields of a form. Raises InvalidQuery for anything else, and for one of more bytes."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise InvalidQuery("A form was expected", status=415)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise InvalidQuery("The form is too large", status=413)
    try:
        return dict(
            parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
        )
    except ValueError:
        raise InvalidQuery("The form cannot be read") from None


def local_target(wanted: str, *, otherwise: str) -> str:
    """Return where to go afterwards: `wanted` if that is a page of this server, without its prefix."""
    return wanted if len(wanted) <= 1000 and ".." not in wanted and LOCAL.match(wanted) else otherwise
