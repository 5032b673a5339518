"""The names of a transcript's versions, as the API has them."""

from __future__ import annotations

from enum import StrEnum


class Iwp(StrEnum):
    """Names of ElementList versions ("interim work product")."""

    MECHANICAL = "MECHANICAL"
    PREMIUM = "PREMIUM"
    INTERIM_PROFESSIONAL = "INTERIM_PROFESSIONAL"
    PROFESSIONAL = "PROFESSIONAL"
    SPEAKER_ID = "SPEAKER_ID"
    FINAL = "FINAL"
    CUSTOMER_APPROVED_RETURN = "CUSTOMER_APPROVED_RETURN"
    CUSTOMER_APPROVED_TRANSLATION = "CUSTOMER_APPROVED_TRANSLATION"
