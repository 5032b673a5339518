"""`/api/review/save` and the calls around it: people go over a job's transcript, and the job goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from scribedock.demo.receiver import CallbackReceiver
from scribedock.jobs.job import Fidelity
from scribedock.orders.passes import PassKind
from scribedock_captions.conversion.elementlist import elementlist_of
from scribedock_captions.elementlist.codec import emit
from scribedock_captions.readers import TextFormat, read
from tests.captions.sample import say
from tests.support.accounts import name_of
from tests.support.client import Client, error_of
from tests.support.finished import finished_job, services_of
from tests.support.office import MACHINE, Office, corrected, names, save, taken, text

RUNS_ON = ("sqlite", "postgresql")
LIBRARY_MS = 1690  # when the recording says "library"


def test_a_premium_job_is_reviewed_once(office: Office, callbacks: CallbackReceiver) -> None:
    url = callbacks.base_url + "/done?iwp={iwp_name}&status={job_status}"
    job = office.job(callback_url=url)
    assert office.customer.info(job)["JobStatus"] == "Reviewing"
    assert names(office.customer, job) == ["MECHANICAL"]
    waiting = office.ann.get("review/list").json()
    [entry] = [each for each in waiting if each["job_id"] == job]
    assert (entry["iwp_name"], entry["status"], entry["username"]) == ("PREMIUM", "open", office.name)

    work = taken(office.ann, job)
    assert work["iwp_name"] == "PREMIUM"
    assert work["versions"] == []
    saved = save(office.ann, job, corrected(), base_version=work["version"]).json()["version"]
    assert names(office.customer, job) == ["MECHANICAL"]  # what is only saved is nobody else's
    again = office.ann.get("review/elementlist", job_id=job).json()
    assert (again["version"], again["versions"]) == (saved, [saved])
    assert again["elementlist"] == corrected()

    assert office.ann.post("review/approve", job_id=job).json() == {"JobStatus": "Complete"}
    assert names(office.customer, job) == ["MECHANICAL", "PREMIUM", "FINAL"]
    assert text(office.customer, job) == "The sea is deep."
    assert text(office.customer, job, iwp_name="MECHANICAL") == "the see is deep."
    info = office.customer.info(job)
    assert info["JobStatus"] == "Complete"
    assert "Notice" not in info
    [order] = [each for each in info["Tasks"] if each["TaskType"] == "JOB_PERFORM_TRANSCRIPTION"]
    assert order["TaskStatus"] == "COMPLETE"
    called = callbacks.received.get(timeout=30).parameters
    assert called == {"iwp": "FINAL", "status": "Complete"}


def test_a_professional_job_has_a_pass_after_the_other(office: Office, callbacks: CallbackReceiver) -> None:
    url = callbacks.base_url + "/done?iwp={iwp_name}"
    options = {"speaker_id": True, "return_iwp": ["MECHANICAL", "INTERIM_PROFESSIONAL", "SPEAKER_ID"]}
    job = office.job(Fidelity.HIGH, callback_url=url, options=options)
    for reviewer, name in (
        (office.ann, "INTERIM_PROFESSIONAL"),
        (office.ben, "PROFESSIONAL"),
        (office.ann, "SPEAKER_ID"),
    ):
        assert taken(reviewer, job)["iwp_name"] == name
        reviewer.post("review/approve", job_id=job)
    assert names(office.customer, job) == [
        "MECHANICAL",
        "INTERIM_PROFESSIONAL",
        "PROFESSIONAL",
        "SPEAKER_ID",
        "FINAL",
    ]
    called = {callbacks.received.get(timeout=30).parameters["iwp"] for _ in range(4)}
    assert called == {"MECHANICAL", "INTERIM_PROFESSIONAL", "SPEAKER_ID", "FINAL"}


def test_only_one_reviewer_works_on_a_pass_at_a_time(office: Office) -> None:
    job = office.job()
    taken(office.ann, job)
    assert error_of(office.ben.post("review/take", job_id=job)) == (409, "INVALID_QUERY")
    assert error_of(save(office.ben, job, corrected())) == (409, "INVALID_QUERY")
    assert error_of(office.ben.post("review/approve", job_id=job)) == (409, "INVALID_QUERY")
    save(office.ann, job, corrected())
    assert job not in {each["job_id"] for each in office.ben.get("review/list").json()}
    assert office.ann.post("review/release", job_id=job).status_code == 204
    assert taken(office.ben, job)["elementlist"] == corrected()


def test_a_version_saved_meanwhile_is_not_overwritten(office: Office) -> None:
    job = office.job()
    base = taken(office.ann, job)["version"]
    save(office.ann, job, corrected(), base_version=base)
    answer = save(office.ann, job, corrected(), base_version=base)
    assert error_of(answer) == (409, "INVALID_QUERY")
    assert "saved meanwhile" in answer.json()["ErrorComment"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"version": 9}', "version"),
        (json.dumps({**corrected(), "end_time": 10**9}).encode(), "end_time"),
        (json.dumps({**corrected(), "segments": [{}]}).encode(), "segments[0]"),
    ],
    ids=["empty", "deep", "version", "too long", "segment"],
)
def test_anything_but_an_elementlist_is_refused(office: Office, body: bytes, problem: str) -> None:
    job = office.job()
    taken(office.ann, job)
    answer = save(office.ann, job, body)
    assert error_of(answer) == (400, "INVALID_QUERY")
    assert problem in answer.json()["ErrorComment"]


def words(elementlist: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        token["value"]: token
        for segment in elementlist["segments"]
        for sequence in segment["sequences"]
        for token in sequence["tokens"]
        if token["type"] == "word"
    }


def test_edited_words_are_aligned_again(office: Office, speech: Path) -> None:
    job = office.customer.new_job()
    office.customer.upload(job, speech)
    office.customer.order(job, transcription_fidelity="PREMIUM")
    office.customer.wait(job, lambda info: info["JobStatus"] == "Reviewing")
    taken(office.ann, job)
    assert error_of(office.ann.post("review/realign", job_id=job)) == (409, "INVALID_QUERY")
    written = read(b"Welcome to a small library by the sea.", TextFormat.TEXT)
    edited = emit(elementlist_of(written, language="en", duration=5000))
    assert abs(words(edited)["library"]["start_time"] - LIBRARY_MS) > 300  # as far as the text alone tells
    saved = save(office.ann, job, edited).json()["version"]

    task = office.ann.post("review/realign", job_id=job).json()["task_id"]
    office.customer.wait(job, lambda info: statuses(info)[task] == "COMPLETE")
    work = office.ann.get("review/elementlist", job_id=job).json()
    assert work["versions"] == [saved, work["version"]]
    library = words(work["elementlist"])["library"]
    assert library["start_time"] == pytest.approx(LIBRARY_MS, abs=100)
    assert library["interpolated"] is False
    assert office.customer.get("job/delete", job_id=job).status_code == 200


def test_a_reviewer_hears_the_recording(office: Office, sentence: bytes) -> None:
    job = office.customer.new_job()
    office.customer.upload(job, sentence)
    link = office.ann.get("review/media", job_id=job).json()["MediaUrl"]
    heard = httpx2.get(link, trust_env=False)
    assert (heard.status_code, heard.headers["content-type"]) == (200, "audio/mpeg")


def statuses(info: dict[str, Any]) -> dict[str, str]:
    return {task["TaskId"]: task["TaskStatus"] for task in info["Tasks"]}


def test_reviewing_needs_the_right_and_is_limited_to_the_parents_tree(office: Office, client: Client) -> None:
    job = office.job()
    for call in ("list", "take", "elementlist", "approve", "release", "media"):
        answer = office.customer.post(f"review/{call}", job_id=job)
        assert error_of(answer) == (400, "ACCOUNT_UNPRIVILEGED")
    with services_of(office.server) as services:
        other = finished_job(services, MACHINE, fidelity=Fidelity.STANDARD)
    assert client.info(other)["JobStatus"] == "Complete"  # nobody reviews for admin
    assert error_of(office.ann.post("review/take", job_id=other)) == (400, "ITEM_NOT_FOUND")


def test_a_pass_that_does_not_wait_cannot_be_taken(office: Office) -> None:
    job = office.job(Fidelity.MECHANICAL)
    assert office.customer.info(job)["JobStatus"] == "Complete"
    assert error_of(office.ann.post("review/take", job_id=job)) == (409, "INVALID_QUERY")


def test_the_customer_approves_before_the_job_returns(office: Office, callbacks: CallbackReceiver) -> None:
    options = {"customer_approval_steps": ["RETURN"], "return_iwp": ["CUSTOMER_APPROVED_RETURN"]}
    url = callbacks.base_url + "/done?iwp={iwp_name}"
    job = office.job(Fidelity.STANDARD, callback_url=url, options=options)
    customer = office.customer
    assert error_of(customer.post("review/approve", job_id=job, kind="approval")) == (409, "INVALID_QUERY")
    taken(office.ann, job)
    assert office.ann.post("review/approve", job_id=job).json() == {"JobStatus": "Reviewing"}
    assert names(customer, job) == ["MECHANICAL", "PREMIUM"]
    assert error_of(office.ann.post("review/take", job_id=job)) == (409, "INVALID_QUERY")
    customer.post("review/take", job_id=job, kind="approval")
    save(customer, job, corrected(), kind="approval")
    approved = customer.post("review/approve", job_id=job, kind="approval")
    assert approved.json() == {"JobStatus": "Complete"}
    assert names(customer, job) == ["MECHANICAL", "PREMIUM", "CUSTOMER_APPROVED_RETURN", "FINAL"]
    assert text(customer, job) == "The sea is deep."
    called = {callbacks.received.get(timeout=30).parameters["iwp"] for _ in range(2)}
    assert called == {"CUSTOMER_APPROVED_RETURN", "FINAL"}


def test_a_translation_of_a_reviewed_job_waits_and_is_reviewed_too(office: Office) -> None:
    job = office.job(Fidelity.HIGH, options={"customer_approval_steps": ["TRANSLATION"]})
    customer = office.customer
    [child] = customer.get("job/translate", job_id=job, target_languages="de").json()["translation_job_ids"]
    assert customer.info(child)["JobStatus"] == "Pending"
    for _ in range(2):
        taken(office.ann, job)
        office.ann.post("review/approve", job_id=job)
    customer.wait(child, lambda info: info["JobStatus"] == "Reviewing")
    assert taken(office.ben, child)["iwp_name"] == "PROFESSIONAL"
    office.ben.post("review/approve", job_id=child)
    customer.post("review/approve", job_id=child, kind="approval")
    assert names(customer, child) == ["MECHANICAL", "PROFESSIONAL", "CUSTOMER_APPROVED_TRANSLATION", "FINAL"]


def test_a_deleted_job_is_not_listed_for_review(office: Office) -> None:
    job = office.job()
    taken(office.ann, job)
    save(office.ann, job, corrected())
    office.customer.get("job/delete", job_id=job)
    assert job not in {each["job_id"] for each in office.ann.get("review/list").json()}
    assert error_of(office.ann.post("review/approve", job_id=job)) == (400, "ITEM_NOT_FOUND")


def test_an_alignment_for_a_deleted_job_is_discarded(office: Office) -> None:
    job = office.job()
    taken(office.ann, job)
    save(office.ann, job, corrected())
    with services_of(office.server) as services:
        ann = services.accounts.by_username(name_of(office.ann))
        assert ann is not None
        visible_accounts = services.reviewers.scope(ann).account_ids
        task = services.realignments.request_realignment(job, visible_accounts, PassKind.REVIEW, ann.id)
        asked = services.realignments.start(task)
        assert asked is not None
        assert office.customer.get("job/delete", job_id=job).status_code == 200
        services.realignments.finish(asked, json.dumps(corrected()).encode())
    assert error_of(office.ann.get("review/elementlist", job_id=job)) == (400, "ITEM_NOT_FOUND")


def test_amara_as_the_approval_tool_is_refused(client: Client, quiet: Path) -> None:
    job = client.new_job()
    client.upload(job, quiet)
    answer = client.post(
        "job/perform_transcription",
        job_id=job,
        transcription_fidelity="MECHANICAL",
        options='{"customer_approval_steps": ["RETURN"], "customer_approval_tool": "AMARA"}',
    )
    assert error_of(answer) == (400, "INVALID_OPTION")
    assert "sends nothing" in answer.json()["ErrorComment"]


def test_a_customer_approves_the_version_that_was_seen(office: Office) -> None:
    job = office.job(options={"customer_approval_steps": ["RETURN"]})
    assert "AwaitsApproval" not in office.customer.info(job)
    taken(office.ann, job)
    office.ann.post("review/approve", job_id=job)
    awaited = office.customer.info(job)["AwaitsApproval"]
    assert awaited["iwp_name"] == "CUSTOMER_APPROVED_RETURN"
    [*_, newest] = office.customer.get("job/list_elementlists", job_id=job).json()
    assert awaited["version"] == newest["version"]

    office.customer.post("review/take", job_id=job, kind="approval")
    assert save(office.customer, job, corrected(), kind="approval").status_code == 200
    seen = {"job_id": job, "kind": "approval", "base_version": awaited["version"]}
    late = office.customer.post("review/approve", **seen)
    assert error_of(late) == (409, "INVALID_QUERY") and "saved meanwhile" in late.json()["ErrorComment"]
    seen["base_version"] = office.customer.info(job)["AwaitsApproval"]["version"]
    assert office.customer.post("review/approve", **seen).json() == {"JobStatus": "Complete"}
    assert "AwaitsApproval" not in office.customer.info(job)
    assert text(office.customer, job) == "The sea is deep."
    assert error_of(office.customer.post("review/approve", **seen)) == (409, "INVALID_QUERY")


def test_versions_that_were_saved_in_the_pass_are_read_again(office: Office) -> None:
    job = office.job()
    base = taken(office.ann, job)["version"]
    assert save(office.ann, job, corrected()).status_code == 200
    assert save(office.ann, job, emit(say("The lake is deep."))).status_code == 200
    work = office.ann.get("review/elementlist", job_id=job).json()
    first, second = work["versions"]
    assert second == work["version"]
    earlier = office.ann.get("review/elementlist", job_id=job, version=first).json()
    assert (earlier["version"], earlier["elementlist"]) == (first, corrected())
    for unkept in (base, "2020-01-01T00:00:00"):
        answer = office.ann.get("review/elementlist", job_id=job, version=unkept)
        assert error_of(answer) == (409, "INVALID_QUERY") and "`versions`" in answer.json()["ErrorComment"]
