"""The main walk in Firefox."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.accounts import FIRST, child, name_of
from tests.support.client import Client
from tests.support.machine.bundle import built_bundle
from tests.support.machine.node import install, node

pytestmark = pytest.mark.ui

FOLDER = Path(__file__).parent / "firefox"


def test_a_person_gets_from_a_file_to_its_captions_in_firefox(
    client: Client, speech: Path, tmp_path: Path, screenshots: Path
) -> None:
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    assert firefox, "this test needs Firefox (on Debian: apt-get install firefox-esr)"
    built_bundle()
    install(FOLDER)
    visitor = child(client, "visitor")
    recording, downloads = tmp_path / "My lecture.wav", tmp_path / "downloads"
    recording.write_bytes(speech.read_bytes())
    downloads.mkdir()
    arguments = (firefox, visitor.server.base_url, name_of(visitor), FIRST, str(recording), str(downloads))
    found = json.loads(node(FOLDER, "walk.mjs", *arguments, str(screenshots / "new-firefox.png")))
    assert (found["problems"], found["violations"]) == ([], [])
    assert (downloads / "My lecture.vtt").read_text().startswith("WEBVTT")
