from __future__ import annotations

import pytest

from scribedock.host.near_misses import near_miss

NAMES = (
    "job_id",
    "language",
    "target_language",
    "external_id",
    "expected_speakers",
    "is_duplicate",
    "media_url",
)
FORMATS = ("SRT", "SBV", "SCC", "DFXP", "QT", "TRANSCRIPT", "TWX", "TPM", "WEB_VTT", "ECHO", "SAMI")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("langauge", "language"),
        ("jobid", "job_id"),
        ("JobId", "job_id"),
        ("job-id", "job_id"),
        ("isDuplicate", "is_duplicate"),
        ("external_ids", "external_id"),
        ("expected_speaker", "expected_speakers"),
        ("media", "media_url"),
        ("url", None),
        ("id", None),
        ("x", None),
        ("", None),
        ("___", None),
        ("priority", None),
        ("language" * 1000, None),
    ],
)
def test_a_misspelt_name_is_recognized_and_another_is_not(given: str, meant: str | None) -> None:
    assert near_miss(given, NAMES) == meant


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("VTT", "WEB_VTT"),
        ("webvtt", "WEB_VTT"),
        (".vtt", "WEB_VTT"),
        ("strt", "SRT"),
        ("S", None),
        ("PDF", None),
    ],
)
def test_a_value_may_be_meant_by_a_part_of_it(given: str, meant: str | None) -> None:
    assert near_miss(given, FORMATS, parts=True) == meant
