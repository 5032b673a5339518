"""The audit log: every call that changes something, by whom, and how it ended."""

from __future__ import annotations

from tests.accounts import Family, child, command, name_of
from tests.client import Client


def audited(client: Client, *arguments: str) -> list[list[str]]:
    """Account, call, job and what follows, of each entry."""
    done = command(client.server, "audit", *arguments)
    assert done.returncode == 0, done.stderr
    return [[line.split()[2], *line.split()[4:]] for line in done.stdout.splitlines()[1:]]


def test_what_was_done_to_a_job_and_what_was_refused_is_told(family: Family) -> None:
    owner, stranger = family.child, family.stranger
    job = owner.new_job()
    owner.upload_url(job)
    owner.info(job)
    owner.get("job/list")
    family.parent.get("job/modify", job_id=job, account_id=name_of(owner))
    stranger.get("job/delete", job_id=job)
    owner.get("job/add_media", job_id=job, media_url="https://example.org/a.mp3")
    owner.get("job/delete", job_id=job)
    owner.get("job/modify", notes="names no job")
    assert audited(owner, "--job", job) == [
        [name_of(owner), "job/new", job, "done"],
        [name_of(family.parent), "job/modify", job, name_of(owner), "done"],
        [name_of(stranger), "job/delete", job, "ITEM_NOT_FOUND"],
        [name_of(owner), "job/add_media", job, "done"],
        [name_of(owner), "job/delete", job, "done"],
    ]


def test_no_secret_stands_in_the_log(family: Family) -> None:
    below = name_of(child(family.parent))
    family.parent.post("account/update_password", new_password="hunter2", username=below)
    shown = command(family.parent.server, "audit", "--account", name_of(family.parent)).stdout
    assert "account/update_password" in shown
    assert "hunter2" not in shown
