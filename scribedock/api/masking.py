"""Keeps secrets out of the log: they travel in query strings."""

from __future__ import annotations

import re

SECRETS = "api_token|password|new_password|securekey|secure_key|api_securekey|signature"
_IN_QUERY = re.compile(rf"(?i)((?:^|[?&;])(?:{SECRETS})=)[^&;\s]*")
_SIGNED_URL = re.compile(r"(/(?:upload|media|approve)/)[^\s?\"'/]+")


def masked(text: str) -> str:
    """The text with the values of secret parameters, and the tokens of signed URLs, replaced by `***`."""
    return _SIGNED_URL.sub(r"\1***", _IN_QUERY.sub(r"\1***", text))
