"""The main walk, and the main deed of each page, in Firefox."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path

import pytest

from scribedock import app
from scribedock.jobs.job import Fidelity
from tests.captions.sample import say
from tests.support.accounts import FIRST, child, name_of
from tests.support.client import Client
from tests.support.finished import finished_job
from tests.support.machine.bundle import built_bundle
from tests.support.machine.node import install, node
from tests.support.playback import add_recording

pytestmark = pytest.mark.ui

FOLDER = Path(__file__).parent / "firefox"


@cache
def firefox() -> str:
    """Return the program, with all that its tests need besides."""
    found = shutil.which("firefox-esr") or shutil.which("firefox")
    assert found, "this test needs Firefox (on Debian: apt-get install firefox-esr)"
    built_bundle()
    install(FOLDER)
    return found


def test_a_person_gets_from_a_file_to_its_captions_in_firefox(
    client: Client, speech: Path, tmp_path: Path, screenshots: Path
) -> None:
    visitor = child(client, "visitor")
    recording, downloads = tmp_path / "My lecture.wav", tmp_path / "downloads"
    recording.write_bytes(speech.read_bytes())
    downloads.mkdir()
    arguments = (firefox(), visitor.server.base_url, name_of(visitor), FIRST, str(recording), str(downloads))
    found = json.loads(node(FOLDER, "walk.mjs", *arguments, str(screenshots / "new-firefox.png")))
    assert (found["problems"], found["violations"]) == ([], [])
    assert (downloads / "My lecture.vtt").read_text().startswith("WEBVTT")


@pytest.fixture
def transcribed(client: Client, speech: Path) -> tuple[Client, str]:
    """Return an account with a transcribed recording."""
    owner = child(client, "owner")
    job = owner.new_job(job_name="A lecture in Firefox")
    owner.upload(job, speech)
    owner.order(job)
    owner.finished(job)
    return owner, job


def test_each_page_does_its_main_deed_in_firefox(
    transcribed: tuple[Client, str], client: Client, services: app.Services, speech: Path, screenshots: Path
) -> None:
    owner, job = transcribed
    reviewer, guest = child(owner, "reviewer"), child(client, "guest")
    known = {each: services.accounts.by_username(name_of(each)) for each in (reviewer, guest)}
    services.accounts.set_reviewer(known[reviewer], True)
    services.sandboxes.mark(known[guest], True)
    tried = guest.new_job()
    guest.order(tried)
    guest.finished(tried)
    waiting = [_waiting(services, reviewer, owner, speech) for _ in range(2)]
    finished_job(services, say("The sea is deep."), username=name_of(owner), fidelity=Fidelity.STANDARD)
    facts = {
        "base": owner.server.base_url,
        "password": FIRST,
        "owner": name_of(owner),
        "job": job,
        "word": "the",
        "awaited": waiting[0],
        "links": {
            "share-link": _link(owner, job, "viewing"),
            "approval-link": _link(owner, waiting[1], "approval"),
        },
        "reviewer": name_of(reviewer),
        "sandbox": {"owner": name_of(guest), "job": tried},
    }
    found = json.loads(node(FOLDER, "pages.mjs", firefox(), json.dumps(facts), str(screenshots)))
    assert len(found) == 9
    assert found == {page: {"problems": [], "violations": []} for page in found}


def _link(owner: Client, job: str, purpose: str) -> str:
    return str(owner.post("job/share", job_id=job, purpose=purpose).json()["ShareUrl"])


def _waiting(services: app.Services, reviewer: Client, owner: Client, recording: Path) -> str:
    """Return a job that waits for its customer's approval."""
    job = finished_job(
        services,
        say("The sea is deep."),
        username=name_of(owner),
        fidelity=Fidelity.STANDARD,
        options={"customer_approval_steps": ["RETURN"]},
    )
    add_recording(services, services.jobs.find_job(job), recording.read_bytes())
    reviewer.post("review/take", job_id=job)
    reviewer.post("review/approve", job_id=job)
    return job
