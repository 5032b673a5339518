"""Links to one job: what whoever has one sees and may do, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import structlog

from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Fidelity, JobStatus
from scribedock.orders.passes import PassKind
from scribedock.results.shares import MadeShare, SharePurpose
from scribedock_captions.elementlist.codec import to_json
from tests.captions.sample import say, sentence, talk
from tests.support.browser import Browser, Page
from tests.support.core import Core
from tests.support.finished import approval_url, finished_job
from tests.support.media.ffmpeg import tone
from tests.support.playback import add_recording

Browsers = Callable[..., Browser]
APPROVED_LATER = {"customer_approval_steps": ["RETURN"]}
EXPIRED = "has expired"


@pytest.fixture
def finished(core: Core) -> str:
    return finished_job(core.services, say("The sea is <b>deep</b>."))


@pytest.fixture
def waiting(core: Core) -> str:
    """A job that waits for its customer's approval after a review."""
    people = core.services.accounts.create("ann", "a password", parent="admin")
    core.services.accounts.set_reviewer(people, True)
    job_id = finished_job(
        core.services, say("The sea is deep."), fidelity=Fidelity.STANDARD, options=APPROVED_LATER
    )
    core.services.reviews.take(job_id, None, PassKind.REVIEW, people.id)
    core.services.reviews.approve(job_id, None, PassKind.REVIEW, people.id)
    return job_id


def made(core: Core, job_id: str, purpose: SharePurpose = SharePurpose.VIEWING) -> MadeShare:
    return core.services.shares.make(
        job_id,
        frozenset({core.admin.id}),
        purpose,
        account_id=core.admin.id,
        lifetime=timedelta(days=1),
    )


def status(core: Core, job_id: str) -> JobStatus:
    return core.services.jobs.find_job(job_id).status


def test_a_link_leads_to_a_page_whose_address_has_no_secret(
    core: Core, browser: Browser, finished: str
) -> None:
    share = made(core, finished)
    answer = browser.request("GET", f"/web/share/{share.secret}")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/web/shared/{share.share.id}"
    assert answer.headers["referrer-policy"] == "no-referrer"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/web" in cookie
    page = browser.open(f"/web/shared/{share.share.id}")
    assert page.status == 200 and "The sea is <b>deep</b>." in page.text
    assert page.answer.headers["x-robots-tag"] == "noindex"
    assert page.answer.headers["cache-control"] == "private, no-store"
    assert "script-src 'self';" in page.answer.headers["content-security-policy"]


def test_the_words_are_downloaded(core: Core, browser: Browser, finished: str) -> None:
    share = made(core, finished)
    browser.open(f"/web/share/{share.secret}")
    base = f"/web/shared/{share.share.id}"
    assert browser.request("GET", f"{base}/captions.vtt").text.startswith("WEBVTT")
    assert "-->" in browser.request("GET", f"{base}/captions.srt").text
    text = browser.request("GET", f"{base}/transcript.txt")
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert 'attachment; filename="' in text.headers["content-disposition"]
    assert browser.request("GET", f"{base}/secrets.txt").status_code == 404


def test_the_recording_is_played_by_the_link_and_no_other_job(
    core: Core, browser: Browser, finished: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    job = core.services.jobs.find_job(finished)
    add_recording(core.services, job, tone(tmp_path_factory.mktemp("tone") / "a.mp3", seconds=1).read_bytes())
    share = made(core, finished)
    assert browser.request("GET", f"/web/jobs/{finished}/media").status_code == 401
    page = browser.open(f"/web/share/{share.secret}")
    assert "is being prepared" in page.text
    assert browser.request("GET", f"/web/jobs/{finished}/media").json()["preparing"]
    assert browser.request("GET", f"/web/jobs/{core.job().id}/media").status_code == 401
    core.services.shares.revoke(share.share.id, frozenset({core.admin.id}))
    assert browser.request("GET", f"/web/jobs/{finished}/media").status_code == 401
    assert EXPIRED in browser.open(f"/web/shared/{share.share.id}").text


def test_a_job_without_a_transcript_says_so(core: Core, browser: Browser) -> None:
    page = browser.open(f"/web/share/{made(core, core.job().id).secret}")
    assert page.status == 200
    assert "not finished yet" in page.text and "no recording" in page.text
    assert not any("captions" in link for link in page.links)


def test_whoever_has_only_the_page_s_address_sees_nothing(
    core: Core, browsers: Browsers, finished: str
) -> None:
    share = made(core, finished)
    browsers().open(f"/web/share/{share.secret}")
    other = browsers()
    for path in ("", "/captions.vtt", "/transcript.txt"):
        page = other.open(f"/web/shared/{share.share.id}{path}")
        assert page.status == 410 and "deep" not in page.text
    assert other.open("/web/share/nonsense").status == 410


def test_a_browser_keeps_several_links(core: Core, browser: Browser, finished: str) -> None:
    links = [made(core, finished) for _ in range(8)]
    for each in links:
        browser.open(f"/web/share/{each.secret}")
    seen = [browser.open(f"/web/shared/{each.share.id}").status for each in links]
    assert seen == [410, 410, *[200] * 6]


def test_a_link_to_watch_approves_nothing(core: Core, browser: Browser, waiting: str) -> None:
    share = made(core, waiting)
    page = browser.open(f"/web/share/{share.secret}")
    assert browser.open(f"/web/approve/{share.share.id}").status == 410
    assert browser.post(f"/web/approve/{share.share.id}", {"decision": "approve"}).status_code == 410
    assert "not finished yet" in page.text  # what is not approved is not shown either
    assert status(core, waiting) is JobStatus.REVIEWING


def approving(core: Core, browser: Browser, job_id: str) -> Page:
    """Follow a link to approve the job."""
    return browser.open(f"/web/share/{made(core, job_id, SharePurpose.APPROVAL).secret}")


def test_a_customer_approves_by_a_link_and_only_by_its_form(
    core: Core, browser: Browser, waiting: str
) -> None:
    page = approving(core, browser, waiting)
    assert "Please approve" in page.text and "The sea is deep." in page.text
    assert status(core, waiting) is JobStatus.REVIEWING  # as whatever checks mail leaves it
    done = browser.submit(page, page.path, decision="approve", comment="Thanks")
    assert "This is approved" in done.text
    assert status(core, waiting) is JobStatus.COMPLETE
    names = [each.iwp_name for each in core.services.elementlists.versions(waiting)]
    assert names[-2:] == [Iwp.CUSTOMER_APPROVED_RETURN, Iwp.FINAL]
    [decision] = [each for each in core.services.reviews.decisions([waiting])[waiting] if each.comment]
    assert decision.comment == "Thanks"
    assert "This is approved" in browser.open(page.path).text
    assert "This is approved" in browser.submit(page, page.path, decision="reject", comment="No").text
    [entry] = [each for each in core.services.audit.entries() if each.call == "approval link"]
    assert (entry.job_id, entry.outcome) == (waiting, "done")


def test_a_customer_rejects_with_a_reason(core: Core, browser: Browser, waiting: str) -> None:
    page = approving(core, browser, waiting)
    without = browser.submit(page, page.path, decision="reject", comment="  ")
    assert without.status == 422 and "Say what is wrong" in without.text
    long = browser.submit(page, page.path, decision="approve", comment="x" * 4001)
    assert long.status == 422 and "too long" in long.text
    assert status(core, waiting) is JobStatus.REVIEWING
    done = browser.submit(page, page.path, decision="reject", comment="<b>No</b> names")
    assert "reviewed again" in done.text
    assert "reviewed again" in browser.open(page.path).text
    decisions = core.services.reviews.decisions([waiting])[waiting]
    assert decisions[-1].comment == "<b>No</b> names"


@pytest.mark.parametrize(
    ("fields", "origin"),
    [
        ({"csrf_token": ""}, ""),
        ({"csrf_token": "0" * 64}, ""),
        ({}, "https://evil.example"),
        ({}, "null"),
        ({}, None),
        ({"decision": "explode"}, ""),
        ({"comment": "x" * 70_000}, ""),
    ],
)
def test_what_the_page_has_not_sent_decides_nothing(
    core: Core, browser: Browser, waiting: str, fields: dict[str, str], origin: str | None
) -> None:
    page = approving(core, browser, waiting)
    sent = {**page.form(page.path).fields, "decision": "approve", **fields}
    assert browser.post(page.path, sent, origin=origin).status_code in (400, 403, 413)
    assert status(core, waiting) is JobStatus.REVIEWING


def test_only_what_was_seen_is_approved(core: Core, browser: Browser, waiting: str) -> None:
    page = approving(core, browser, waiting)
    sent = {**page.form(page.path).fields, "decision": "approve", "version": "pass of yesterday"}
    answer = browser.post(page.path, sent)
    assert answer.status_code == 422 and "has been changed meanwhile" in answer.text
    assert status(core, waiting) is JobStatus.REVIEWING


def test_the_link_of_a_mail_is_exchanged_like_any_other_and_listed(
    core: Core, browser: Browser, waiting: str
) -> None:
    path = approval_url(core.services, "", waiting) or approval_url(core.services, "http://x", waiting)
    token = path.removeprefix("http://x")
    page = browser.open(token)
    assert page.path.startswith("/web/approve/") and "Please approve" in page.text
    [listed] = core.services.shares.listing(waiting)
    assert (listed.purpose, listed.account_id) == (SharePurpose.APPROVAL, None)
    browser.open(token)
    assert len(core.services.shares.listing(waiting)) == 1
    assert browser.open(token[:-3] + "AAA").status == 403
    assert browser.request("POST", token).status_code == 405
    core.services.shares.revoke(listed.id, frozenset({core.admin.id}))
    assert browser.open(token).status == 410


def test_pages_of_links_are_in_german_too(core: Core, browsers: Browsers, waiting: str) -> None:
    page = approving(core, browsers(language="de"), waiting)
    assert "Bitte freigeben" in page.text and 'lang="de"' in page.answer.text


def test_no_log_has_the_secret_of_a_link(core: Core, browser: Browser, finished: str) -> None:
    share = made(core, finished)
    with structlog.testing.capture_logs() as logs:
        browser.open(f"/web/share/{share.secret}")
    assert {entry["path"] for entry in logs} == {"/web/share/{secret}", "/web/shared/{share_id}"}
    assert share.secret not in str(logs)


def test_what_describes_the_picture_stands_where_it_is_heard(core: Core, browser: Browser) -> None:
    spoken = say("The sea is deep.", "Nobody knows it.", gap=20_000)
    job_id = finished_job(core.services, spoken)
    core.services.elementlists.describe(job_id, to_json(talk(sentence("A <ship> sails.", 5_000))))
    page = browser.open(f"/web/share/{made(core, job_id).secret}")
    said = page.answer.text
    assert said.index("The sea is deep.") < said.index("A &lt;ship&gt; sails.") < said.index("Nobody knows")
    assert '<p class="shared-described" lang="en" data-start="5000">' in said
    assert ">Description</span> A" in said
