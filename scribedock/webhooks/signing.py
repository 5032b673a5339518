"""Secrets and signatures, so that a receiver knows who calls.

Source: the specification of Standard Webhooks 1.0.0.
"""

from __future__ import annotations

import base64
import secrets as random
from collections.abc import Mapping, Sequence
from datetime import datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(random.token_bytes(SECRET_BYTES)).decode()


def signed_headers(secrets: Sequence[str], webhook_id: str, at: datetime, payload: str) -> Mapping[str, str]:
    """Return the headers of a call; without secrets its id alone."""
    headers = {"Webhook-Id": webhook_id}
    if secrets:
        moment = at.replace(microsecond=0)
        headers["Webhook-Timestamp"] = str(int(moment.timestamp()))
        headers["Webhook-Signature"] = " ".join(
            Webhook(secret).sign(webhook_id, moment, payload) for secret in secrets
        )
    return headers
