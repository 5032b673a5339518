"""What players and editors get of a recording: who may see it, what there is, and parts of files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from httpx2 import Response

from scribedock.accounts.accounts import Account
from scribedock.jobs.job import Job
from scribedock.persons.person import NewPerson, Person
from scribedock.persons.roles import Role
from scribedock_captions.elementlist.codec import to_json
from tests.captions.sample import say
from tests.support.browser import Browser, application_of
from tests.support.client import error_of
from tests.support.core import Core
from tests.support.core_workflows import Workflows
from tests.support.media.ffmpeg import tone, video
from tests.support.media.speaking import install
from tests.support.playback import all_made, make_what_waits, recorded

PASSWORD = "correct horse battery"
ADDRESS = "maria@uni.example"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A film that only has to be put into another container."""
    arguments = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")
    return video(tmp_path_factory.mktemp("film") / "a.mkv", *arguments, seconds=2).read_bytes()


@pytest.fixture
def workflows(core: Core) -> Iterator[Workflows]:
    built = Workflows(core)
    yield built
    built.close()


@pytest.fixture
def watched(core: Core, workflows: Workflows, film: bytes, uni: Account) -> Job:
    """A job of Maria's account of whose recording everything is made."""
    job = recorded(core, film, owner=uni)
    assert all_made(core, workflows, job).refused is None
    return job


@pytest.fixture
def signed_in(browser: Browser, maria: Person) -> Browser:
    browser.sign_in(ADDRESS, PASSWORD)
    return browser


def test_asking_has_made_what_is_missing(core: Core, signed_in: Browser, film: bytes, uni: Account) -> None:
    job = recorded(core, film, owner=uni)
    answer = signed_in.request("GET", f"/web/jobs/{job.id}/media")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "state": "preparing",
        "kind": None,
        "duration_ms": 0,
        "source": None,
        "preparing": True,
        "sound_only": False,
        "refused": None,
        "erased": None,
        "peaks": None,
        "thumbnails": None,
        "description": None,
    }
    assert core.services.work.waits()


def test_a_page_learns_where_everything_is(signed_in: Browser, watched: Job) -> None:
    url = f"/web/jobs/{watched.id}/media"
    found = signed_in.request("GET", url).json()
    assert (found["kind"], found["preparing"], found["sound_only"]) == ("video", False, False)
    assert found["duration_ms"] == pytest.approx(2000, abs=60)
    assert (found["source"]["type"], found["source"]["proxy"]) == ("video/mp4", True)
    assert (found["peaks"]["per_second"], found["peaks"]["overview_per_second"]) == (50, 1)
    assert found["thumbnails"]["count"] == 1 and found["thumbnails"]["width"] == 120
    for where, media_type in (
        (found["source"]["url"], "video/mp4"),
        (found["peaks"]["url"], "application/octet-stream"),
        (found["peaks"]["overview_url"], "application/octet-stream"),
        (found["thumbnails"]["url"], "image/jpeg"),
    ):
        assert where.startswith(url)
        answer = signed_in.request("GET", where)
        assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
        assert answer.headers["cache-control"].startswith("private")
        assert "sandbox" in answer.headers["content-security-policy"]


def test_files_are_read_in_parts(signed_in: Browser, watched: Job) -> None:
    url = f"/web/jobs/{watched.id}/media"
    found = signed_in.request("GET", url).json()
    film = found["source"]["url"]
    whole = signed_in.request("GET", film).content
    part = signed_in.request("GET", film, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    assert signed_in.request("GET", film, headers={"Range": "bytes=-10"}).content == whole[-10:]
    beyond = signed_in.request("GET", film, headers={"Range": f"bytes={len(whole)}-"})
    assert beyond.status_code == 416
    head = signed_in.request("HEAD", film)
    assert (head.headers["content-length"], head.content) == (str(len(whole)), b"")

    peaks = pairs(signed_in.request("GET", found["peaks"]["url"]))
    assert len(peaks) == pytest.approx(100, abs=3)
    window = signed_in.request("GET", found["peaks"]["url"], headers={"Range": "bytes=100-199"})
    assert window.content == peaks[50:100].tobytes()
    overview = found["peaks"]["overview_url"]
    assert pairs(signed_in.request("GET", overview))[0, 1] == peaks[:50, 1].max()
    # A part of the overview is counted from its own beginning.
    second = pairs(signed_in.request("GET", overview, headers={"Range": "bytes=2-3"}))
    assert second.tolist() == [[peaks[50:100, 0].min(), peaks[50:100, 1].max()]]

    for name in ("/file", f"/proxy?v={'0' * 32}", f"/peaks?v={'0' * 32}", "/thumbnails?v=x"):
        assert signed_in.request("GET", url + name).status_code == 404
    assert signed_in.request("GET", f"{url}/proxy").content == whole


def pairs(answer: Response) -> npt.NDArray[np.int8]:
    return np.frombuffer(answer.content, np.int8).reshape(-1, 2)


def test_a_recording_that_browsers_play_is_the_file_itself(
    core: Core, workflows: Workflows, signed_in: Browser, uni: Account, tmp_path: Path
) -> None:
    content = tone(tmp_path / "a.mp3", seconds=1).read_bytes()
    job = recorded(core, content, owner=uni)
    all_made(core, workflows, job)
    source = signed_in.request("GET", f"/web/jobs/{job.id}/media").json()["source"]
    assert source == {"url": f"/web/jobs/{job.id}/media/file", "type": "audio/mpeg", "proxy": False}
    answer = signed_in.request("GET", source["url"])
    assert (answer.content, answer.headers["content-type"]) == (content, "audio/mpeg")
    assert 'filename="a job.mp3"' in answer.headers["content-disposition"]


def test_what_describes_the_picture_is_told_and_heard(
    core: Core,
    workflows: Workflows,
    signed_in: Browser,
    watched: Job,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(tmp_path / "programs", monkeypatch)
    url = f"/web/jobs/{watched.id}/media"
    assert error_of(signed_in.request("GET", f"{url}/description")) == (404, "ITEM_NOT_FOUND")
    assert signed_in.request("GET", f"{url}/spoken").status_code == 404
    core.services.elementlists.describe(watched.id, to_json(say("A ship sails.", gap=500)))
    described = signed_in.request("GET", url).json()["description"]
    assert (described["spoken"], described["preparing"], described["refused"]) == (None, True, None)
    assert core.services.work.waits()
    assert signed_in.request("GET", f"{url}/spoken").status_code == 404, "not made yet"
    make_what_waits(core, workflows)
    spoken = signed_in.request("GET", url).json()["description"]["spoken"]
    assert spoken["spans_ms"] == [[0, 400]]
    part = signed_in.request("GET", spoken["url"], headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content, part.headers["content-type"]) == (206, b"ftyp", "audio/mp4")
    answer = signed_in.request("GET", f"{url}/description")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "language": "en",
        "texts": [{"start_ms": 0, "end_ms": 900, "text": "A ship sails."}],
    }


@pytest.mark.parametrize(
    "name", ["", "/file", "/proxy", "/peaks", "/overview", "/thumbnails", "/description", "/spoken"]
)
def test_a_job_of_somebody_else_does_not_exist(core: Core, signed_in: Browser, name: str) -> None:
    foreign = core.job()
    for job_id in (foreign.id, "0" * 32, "nothing"):
        assert error_of(signed_in.request("GET", f"/web/jobs/{job_id}/media{name}")) == (
            404,
            "ITEM_NOT_FOUND",
        )


def test_only_those_who_may_read_contents_see_a_recording(
    core: Core, browser: Browser, browsers: Callable[..., Browser], uni: Account
) -> None:
    job = core.job(owner=uni)
    wanted = NewPerson(name="Ben", email="ben@uni.example", role=Role.ADMINISTRATOR)
    core.services.persons.create(uni, wanted, password=PASSWORD)
    administrator = browsers()
    administrator.sign_in("ben@uni.example", PASSWORD)
    for name in ("", "/file", "/proxy", "/peaks", "/description", "/spoken"):
        url = f"/web/jobs/{job.id}/media{name}"
        assert browser.request("GET", url).status_code == 401
        assert error_of(administrator.request("GET", url)) == (400, "ACCOUNT_UNPRIVILEGED")


def test_watching_is_audited_where_reads_are_once_for_each_beginning(
    build_core: Callable[..., Core], runner: asyncio.Runner, tmp_path: Path
) -> None:
    core = build_core(audit_reads=True)
    uni = core.services.accounts.create("uni", PASSWORD, parent="admin")
    wanted = NewPerson(name="Maria", email=ADDRESS, role=Role.REQUESTER)
    maria = core.services.persons.create(uni, wanted, password=PASSWORD)
    browser = Browser(application_of(core), runner)
    browser.sign_in(ADDRESS, PASSWORD)
    job = recorded(core, tone(tmp_path / "a.mp3", seconds=1).read_bytes(), owner=uni)
    workflows = Workflows(core)
    all_made(core, workflows, job)
    workflows.close()
    for part in ("bytes=0-", "bytes=1000-", "bytes=2000-2999"):
        browser.request("GET", f"/web/jobs/{job.id}/media/file", headers={"Range": part})
    [entry] = [each for each in core.services.audit.entries() if each.call == "web/media"]
    assert (entry.job_id, entry.person_id) == (job.id, maria.id)
