"""What a temporary server takes over of the operator's settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from scribedock.demo.inherited import INHERITED, inherited_settings
from scribedock.settings import Settings, SettingsError


def test_settings_of_recognition_are_used_and_all_others_named() -> None:
    found = inherited_settings(
        {
            "HOME": "/",
            "SCRIBEDOCK_SPEECH_ENGINE": "pocketsphinx",
            "SCRIBEDOCK_DATABASE_URL": "postgresql://maria:hunter2@db/captions",
            "SCRIBEDOCK_SMTP_URL": "",
            "SCRIBEDOCK_PUBLIC_URL": "https://captions.example.org",
        }
    )
    assert found.used == {"speech_engine": "pocketsphinx"}
    assert found.notice() == (
        "Used of your settings: SCRIBEDOCK_SPEECH_ENGINE. Not used, because the server is a temporary one: "
        "SCRIBEDOCK_DATABASE_URL, SCRIBEDOCK_PUBLIC_URL."
    )


def test_without_settings_there_is_nothing_to_say() -> None:
    assert inherited_settings({"PATH": "/bin"}).notice() == ""


def test_the_name_of_a_pulled_model_is_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {
        "SCRIBEDOCK_DATA_DIR": str(tmp_path),
        "SCRIBEDOCK_SPEECH_MODEL": "whisper-tiny",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match="whisper-tiny"):
        inherited_settings(environment)
    (tmp_path / "models" / "whisper-tiny").mkdir(parents=True)
    folder = str(tmp_path / "models" / "whisper-tiny")
    assert inherited_settings(environment).used == {"speech_model": folder}


def test_what_is_inherited_are_settings() -> None:
    assert set(INHERITED) <= set(Settings.model_fields)
