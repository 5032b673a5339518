"""The page of the editor: who gets it, for what, and what its scripts are told."""

from __future__ import annotations

import base64
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from scribedock.accounts.accounts import Account
from scribedock.db.tables import jobs
from scribedock.jobs.job import Fidelity
from scribedock.orders.passes import PassKind
from scribedock.persons.person import NewPerson, Person
from scribedock.persons.roles import Role
from scribedock.web.pages.editing import editor_data
from tests.captions.sample import say
from tests.support.browser import Browser, Page
from tests.support.core import Core
from tests.support.core_orders import ABLE
from tests.support.finished import finished_job
from tests.support.machine.bundle import built_bundle

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module", autouse=True)
def bundle() -> None:
    built_bundle()


def somebody(core: Core, account: Account, role: Role) -> str:
    """Return the address of a person in this role."""
    wanted = NewPerson(name=role.value, email=f"{role.value}@uni.example", role=role)
    core.services.persons.create(account, wanted, password=PASSWORD)
    return wanted.email


def edited(core: Core, fidelity: Fidelity = Fidelity.MECHANICAL, username: str = "uni") -> str:
    return finished_job(core.services, say("The see is deep."), username=username, fidelity=fidelity)


def opened(browser: Browser, address: str, job: str, query: str = "") -> Page:
    browser.sign_in(address, PASSWORD)
    return browser.open(f"/web/jobs/{job}/edit{query}")


def test_the_owner_of_a_finished_job_corrects_it(core: Core, browser: Browser, maria: Person) -> None:
    job = edited(core)
    page = opened(browser, "maria@uni.example", job)
    told = {name: page.data[name] for name in ("job", "kind", "isBegun", "isCorrection", "language")}
    assert told == {
        "job": job,
        "kind": "correction",
        "isBegun": False,
        "isCorrection": True,
        "language": "en",
    }
    core.services.reviews.take(job, None, PassKind.CORRECTION, maria.account_id)
    assert browser.open(f"/web/jobs/{job}/edit").data["isBegun"] is True


def test_a_window_is_named_after_its_page_and_job(core: Core, browser: Browser, maria: Person) -> None:
    job = edited(core)
    core.services.jobs.update(job, name="Tides")
    page = opened(browser, "maria@uni.example", job)
    assert "<title>Editor: Tides · scribedock</title>" in page.answer.text
    assert "<title>Tides · scribedock</title>" in browser.open(f"/web/jobs/{job}").answer.text
    assert "<title>Jobs · scribedock</title>" in browser.open("/web/jobs").answer.text


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.OWNER, 200), (Role.ADMINISTRATOR, 400), (Role.REQUESTER, 200), (Role.REVIEWER, 400)],
)
def test_a_finished_job_is_corrected_by_those_who_may_change_it(
    core: Core, browser: Browser, uni: Account, role: Role, status: int
) -> None:
    assert opened(browser, somebody(core, uni, role), edited(core)).status == status


def test_a_reviewer_edits_what_waits_for_a_review(core: Core, browser: Browser, uni: Account) -> None:
    address = somebody(core, uni, Role.REVIEWER)
    job = edited(core, Fidelity.STANDARD)
    page = opened(browser, address, job)
    assert (page.data["kind"], page.data["isBegun"], page.data["isCorrection"]) == ("review", False, False)
    answer = browser.call("review/take", page, job_id=job)
    assert answer.status_code == 200, answer.text
    assert browser.open(f"/web/jobs/{job}/edit").data["isBegun"] is True


def test_what_somebody_else_has_taken_is_not_begun(
    core: Core, browsers: Callable[..., Browser], uni: Account
) -> None:
    first, second = browsers(), browsers()
    address = somebody(core, uni, Role.REVIEWER)
    job = edited(core, Fidelity.STANDARD)
    page = opened(first, address, job)
    assert first.call("review/take", page, job_id=job).status_code == 200
    other = NewPerson(name="Ben", email="ben@uni.example", role=Role.REVIEWER)
    core.services.persons.create(uni, other, password=PASSWORD)
    assert opened(second, other.email, job).data["isBegun"] is False


def test_the_owner_edits_beside_a_reviewer(core: Core, browser: Browser, uni: Account, maria: Person) -> None:
    somebody(core, uni, Role.REVIEWER)
    page = opened(browser, "maria@uni.example", edited(core, Fidelity.STANDARD))
    assert (page.data["kind"], page.data["isBegun"], page.data["isCorrection"]) == ("correction", True, False)


def test_nobody_edits_a_strangers_job(core: Core, browser: Browser, maria: Person) -> None:
    core.services.accounts.create("stranger", PASSWORD, parent="admin")
    browser.sign_in("maria@uni.example", PASSWORD)
    for job in (edited(core, username="stranger"), "0" * 32):
        assert browser.open(f"/web/jobs/{job}/edit").status == 404


def test_the_key_of_drafts_is_that_of_the_person_in_every_session(
    core: Core, browsers: Callable[..., Browser], uni: Account, maria: Person
) -> None:
    job = edited(core)
    keys = [opened(browsers(), "maria@uni.example", job).data["draftKey"] for _ in range(2)]
    assert keys[0] == keys[1] and len(base64.b64decode(keys[0])) == 32
    assert opened(browsers(), somebody(core, uni, Role.OWNER), job).data["draftKey"] != keys[0]


def test_drafts_are_off_where_a_setting_says_so(build_core: Callable[..., Core]) -> None:
    core = build_core(web_drafts=False)
    job = finished_job(core.services, say("The sea is deep."))
    owner = core.services.persons.owner_of(core.admin)
    backend = SimpleNamespace(services=core.services, capabilities=ABLE)
    assert editor_data(backend, owner, job, "")["draftKey"] is None  # type: ignore[arg-type]


def test_a_stretch_may_be_listened_to_again_but_not_for_a_translation(core: Core) -> None:
    job = finished_job(core.services, say("The sea is deep."))
    owner = core.services.persons.owner_of(core.admin)
    backend = SimpleNamespace(services=core.services, capabilities=ABLE)

    def offered() -> object:
        return editor_data(backend, owner, job, "")["listening"]  # type: ignore[arg-type]

    assert offered() == {
        "language": "en",
        "languages": ["de", "en", "zh-cmn", "zh-tw"],
        "detectsLanguage": True,
        "shortestMs": 300,
        "longestMs": 300_000,
    }
    source = core.job()
    with core.services.database.write() as connection:
        translated = jobs.update().where(jobs.c.id == job)
        connection.execute(translated.values(leading_id=source.id, target_language="de"))
    assert offered() is None
