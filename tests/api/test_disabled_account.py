"""The links that an account has handed out: dead while it is disabled, and good again afterwards."""

from __future__ import annotations

from pathlib import Path

import httpx2

from scribedock import app
from tests.captions.sample import say
from tests.support.accounts import child, command, name_of
from tests.support.approving import Approver
from tests.support.client import Client, error_of
from tests.support.finished import approval_url, finished_job
from tests.support.fixtures import DATABASES
from tests.support.raw import RawConnection, target_of

RUNS_ON = DATABASES
SEA = say("The sea is deep.")


def switch(services: app.Services, name: str, *, on: bool) -> None:
    found = services.accounts.by_username(name)
    assert found is not None
    (services.accounts.enable if on else services.accounts.disable)(found)


def test_the_links_of_a_disabled_account_are_dead_until_it_is_enabled(
    alice: Client, services: app.Services, quiet: Path
) -> None:
    owner = child(alice)  # the account above it is disabled
    name = name_of(owner)
    finished = finished_job(services, SEA, username=name)
    waiting = finished_job(services, SEA, username=name, options={"customer_approval_steps": ["RETURN"]})
    recorded = owner.new_job()
    owner.upload(recorded, quiet)
    links = [
        owner.get("job/get_caption", job_id=finished, caption_format="SRT", build_url="true").json()[
            "CaptionUrl"
        ],
        owner.get("job/transcoded_media", job_id=recorded, transcoded_version="mp3").json()["MediaUrl"],
        approval_url(services, alice.server.base_url, waiting),
    ]
    upload = owner.upload_url(recorded)
    assert [httpx2.get(link, trust_env=False).status_code for link in links] == [200, 200, 303]

    above = name_of(alice)
    switch(services, above, on=False)
    for link in links[:2]:
        assert error_of(httpx2.get(link, trust_env=False)) == (404, "ITEM_NOT_FOUND")
    assert httpx2.get(links[2], trust_env=False).status_code == 410
    for method in ("PUT", "HEAD", "DELETE"):
        assert httpx2.request(method, upload, trust_env=False).status_code == 403
    answer = httpx2.put(upload, content=quiet.read_bytes(), trust_env=False)
    assert answer.status_code == 403 and "disabled" in answer.text
    assert services.jobs.find_job(waiting).status == "Reviewing"

    switch(services, above, on=True)
    assert [httpx2.get(link, trust_env=False).status_code for link in links] == [200, 200, 303]
    assert httpx2.put(upload, content=quiet.read_bytes(), trust_env=False).status_code == 200
    assert error_of(owner.get("account/verify_key")) == (400, "BAD_API_TOKEN")  # its sessions stay ended
    assert "approved" in Approver(links[2]).send(decision="approve").text
    told = command(alice.server, "audit", "--job", waiting).stdout.splitlines()[-1]
    assert "approval link" in told and name in told and "127.0.0.1" in told


def test_an_upload_under_way_ends_when_its_account_is_disabled_or_it_is_cancelled_elsewhere(
    alice: Client, services: app.Services
) -> None:
    jobs = [alice.new_job(), alice.new_job()]
    urls = [alice.upload_url(job) for job in jobs]
    connections = [RawConnection(url) for url in urls]
    for connection, url in zip(connections, urls, strict=True):
        connection.head("PUT", target_of(url), "Content-Length: 9000")
        connection.send(bytes(1000))
    services.uploads.cancel(jobs[0], None)  # by another process than the server
    switch(services, name_of(alice), on=False)
    assert [connection.answer().status for connection in connections] == [410, 403]
    for connection in connections:
        connection.close()
