from __future__ import annotations

import pytest

from scribedock.host.setting_names import KNOWN_VARIABLES, misspelt


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SCRIBEDOCK_DATA_DRI", "SCRIBEDOCK_DATA_DIR"),
        ("SCRIBEDOCK_DATADIR", "SCRIBEDOCK_DATA_DIR"),
        ("SCRIBEDOCK_SPEECH_MODLE", "SCRIBEDOCK_SPEECH_MODEL"),
        ("SCRIBEDOCK_PUBLICURL", "SCRIBEDOCK_PUBLIC_URL"),
        ("SCRIBEDOCK_TRUSTED_PROXY", "SCRIBEDOCK_TRUSTED_PROXIES"),
        ("SCRIBEDOCK_UPLOAD_KEY", "SCRIBEDOCK_UPLOAD_KEYS"),
        ("SCRIBEDOCK_AUDIT_DAY", "SCRIBEDOCK_AUDIT_DAYS"),
        ("scribedock_session_idle", "SCRIBEDOCK_SESSION_IDLE_S"),
    ],
)
def test_a_misspelt_name_is_reported_with_a_suggestion(name: str, meant: str) -> None:
    assert misspelt({name: "x"}) == [f"{name}: there is no such setting; did you mean {meant}?"]


@pytest.mark.parametrize(
    "name", ["SCRIBEDOCK_", "SCRIBEDOCK_FROBNICATE", "SCRIBEDOCK_HOST", "SCRIBEDOCK_SERVICE"]
)
def test_a_name_without_a_similar_one_is_reported_too(name: str) -> None:
    [line] = misspelt({name: "x"})
    assert line.startswith(f"{name}: there is no such setting; ")


@pytest.mark.parametrize(
    "name",
    [
        *KNOWN_VARIABLES,
        "scribedock_data_dir",
        "SCRIBEDOCK_SERVICE_HOST",
        "SCRIBEDOCK_SERVICE_PORT",
        "SCRIBEDOCK_SERVICE_PORT_HTTP",
        "SCRIBEDOCK_PORT",
        "SCRIBEDOCK_PORT_8024_TCP",
        "SCRIBEDOCK_PORT_8024_TCP_ADDR",
        "SCRIBEDOCK_API_SERVICE_HOST",
        "SCRIBEDOCK_API_SERVICE_PORT_HTTPS",
        "SCRIBEDOCK_API_PORT",
        "SCRIBEDOCK_API_PORT_443_TCP_PROTO",
        "SCRIBEDOCK_JUDGES",
        "SCRIBEDOCK_TEST_S3_URL",
        "SCRIBEDOCKER",
        "SCRIBE_DATA_DIR",
    ],
)
def test_settings_and_what_others_set_are_no_misspellings(name: str) -> None:
    assert misspelt({name: "x"}) == []


def test_a_misspelt_name_that_is_set_to_nothing_counts_as_unset() -> None:
    assert misspelt({"SCRIBEDOCK_DATA_DRI": ""}) == []


def test_each_misspelt_name_is_reported() -> None:
    assert len(misspelt({"SCRIBEDOCK_A_B": "1", "SCRIBEDOCK_C_D": "2", "HOME": "/"})) == 2
