"""What is left of a deleted job: ids, dates and states, and nowhere anything that it was about."""

from __future__ import annotations

import json
import uuid
import zlib
from pathlib import Path

import pytest
import sqlalchemy as sa

from scribedock import app
from scribedock.clock import utc_now
from scribedock.db import sqlite_file
from scribedock.db.tables import jobs, mails, span_recognitions
from scribedock.demo.server import OwnServer
from scribedock.host.erasure_journal import ErasedPart
from scribedock.jobs.job import TaskStatus, TaskType
from scribedock.jobs.jobs import add_task
from scribedock.workflow.engine_client import EngineClient, system_url
from scribedock.workflow.eraser import ENGINE_TABLES, FOLDERS, workflows_of
from scribedock_captions.elementlist.codec import emit, to_json
from tests.captions.sample import say
from tests.support import planted
from tests.support.client import Client, error_of
from tests.support.erasing import eraser
from tests.support.fixtures import DATABASES
from tests.support.stored import settings_of
from tests.support.stretches import asked_for, ended
from tests.support.waiting import wait_until
from tests.support.webserver import WebServer

RUNS_ON = DATABASES
PLACES = (
    "Name",
    "External",
    "Requestor",
    "Reference",
    "Notes",
    "Metadata",
    "Password",
    "Path",
    "Media",
    "Transcript",
    "Spoken",
    "Guideline",
    "Term",
    "Draft",
    "Recipient",
    "Note",
    "Segment",
    "Stretch",
    "Described",
)


@pytest.fixture
def words() -> dict[str, str]:
    """Return a word for each place, that stands nowhere else."""
    tag = uuid.uuid4().hex[:6].translate(str.maketrans("0123456789", "ghijklmnop"))
    return {place: f"Zq{tag}{place}planted" for place in PLACES}


def everywhere(server: OwnServer, words: dict[str, str]) -> dict[str, set[str]]:
    """In which tables and files, the log among them, which of the words stand."""
    settings = settings_of(server)
    found = planted.in_files(server.data_dir, words.values())
    found |= {"log": planted.found_in(server.log_path.read_bytes(), words.values())}
    if settings.database_url is not None:
        found |= planted.in_tables(settings.database_url.get_secret_value(), words.values())
    else:
        for path in app.sqlite_files(settings):
            found |= planted.in_sqlite(path, words.values())
    return {place: held for place, held in found.items() if held}


def is_erased(services: app.Services, job: str) -> bool:
    with services.database.read() as connection:
        query = sa.select(jobs.c.erased).where(jobs.c.id == job)
        return connection.execute(query).scalar() is not None


def tasks_of(services: app.Services, job: str) -> list[str]:
    return [task.id for task in services.jobs.tasks([job])[job]]


def mailed(services: app.Services, job: str, recipient: str) -> None:
    """As if a video had been mailed: this server has nobody to send mail by."""
    with services.database.write() as connection:
        task = add_task(connection, job, TaskType.JOB_BURN_IN_CAPTION, TaskStatus.COMPLETE)
        connection.execute(mails.insert().values(id=task, job_id=job, recipient=recipient, base_url=""))


def recognized(services: app.Services, owner: Client, job: str, word: str) -> None:
    """As if the word had been recognized in a stretch of the recording."""
    own = {"kind": "correction"}
    assert owner.post("review/take", job_id=job, **own).status_code == 200
    task = asked_for(owner, job, 0, 3000, **own)
    ended(owner, job, task, **own)
    found = zlib.compress(json.dumps(emit(say(f"The sea is {word}."))).encode())
    with services.database.write() as connection:
        connection.execute(
            span_recognitions.update().where(span_recognitions.c.id == task).values(compressed=found)
        )


def test_words_planted_with_a_job_are_found_nowhere_once_it_is_deleted(
    server: OwnServer,
    services: app.Services,
    engine: EngineClient,
    alice: Client,
    words: dict[str, str],
    sentence: bytes,
) -> None:
    name = f"reviewer-{uuid.uuid4().hex[:8]}"
    owner = alice.get("account/verify_key").json()["name"]
    reviewer = services.accounts.create(name, "a password", parent=owner)
    services.accounts.set_reviewer(reviewer, True)
    ann = Client(server).login(name, "a password")
    said = f"Welcome to a small library by the sea. {words['Spoken']}."
    files = {
        f"/{words['Media']}.wav": sentence,
        f"/{words['Transcript']}.txt": said.encode(),
        f"/{words['Path']}.txt": f"{words['Guideline']} {words['Term']}".encode(),
        f"/{words['Path']}": b"called",
    }
    with WebServer(files) as web:
        base = web.base_url.replace("://", f"://user:{words['Password']}@")
        job = alice.new_job(
            job_name=words["Name"],
            external_id=words["External"],
            requestor=words["Requestor"],
            reference=words["Reference"],
        )
        for call, given in (
            ("add_media", {"media_url": f"{base}/{words['Media']}.wav"}),
            ("add_transcript", {"transcript_url": f"{base}/{words['Transcript']}.txt"}),
            ("add_custom_guidelines", {"guidelines_url": f"{base}/{words['Path']}.txt"}),
        ):
            assert alice.get(f"job/{call}", job_id=job, **given).status_code == 200
        alice.order(
            job,
            transcription_fidelity="PREMIUM",
            callback_url=f"{base}/{words['Path']}?name={{job_name}}",
            options=json.dumps(
                {"notes": words["Notes"], "custom_metadata": {words["Metadata"]: words["Metadata"]}}
            ),
        )
        alice.wait(job, lambda info: info["JobStatus"] == "Reviewing")
        assert ann.post("review/take", job_id=job).status_code == 200
        draft = emit(say(f"The sea is {words['Draft']} deep."))
        query = {"v": "1", "api_token": ann.token, "job_id": job}
        assert ann.http.post("/api/review/save", params=query, json=draft).status_code == 200
        rejected = ann.post("review/reject", job_id=job, note=f"Wrong: {words['Note']}")
        assert rejected.status_code == 200, rejected.text
        assert ann.post("review/take", job_id=job).status_code == 200
        work = ann.get("review/elementlist", job_id=job).json()
        segment = emit(say(f"The sea is {words['Segment']} blue."))["segments"][0]
        change = {"first": len(work["elementlist"]["segments"]), "removed": 0, "segments": [segment]}
        query |= {"base_version": work["version"], "save_id": "x"}
        saved = ann.http.post("/api/review/save_segments", params=query, json={"changes": [change]})
        assert saved.status_code == 200, saved.text
        assert ann.post("review/approve", job_id=job).status_code in (200, 204)
        alice.finished(job)
        wait_until(lambda: any("name=" in each.path for each in web.requests))
    url = alice.get("job/get_caption", job_id=job, caption_format="SRT", build_url="true").json()[
        "CaptionUrl"
    ]
    mailed(services, job, f"{words['Recipient']}@example.org")
    recognized(services, alice, job, words["Stretch"])
    services.elementlists.describe(job, to_json(say(f"A ship is called {words['Described']}.")))
    assert services.playback.find(services.jobs.find_job(job)).description is not None
    assert alice.search(words["Segment"], job_id=job)
    before = everywhere(server, words)
    urls = {words[place] for place in ("Password", "Path", "Media", "Transcript")}
    assert "log" not in before
    for place, held in before.items():
        assert not held & urls, f"{place} holds a customer's URL in the clear"
    assert set().union(*before.values()) == set(words.values()) - urls, "what is sought must have been there"

    tasks = tasks_of(services, job)
    media = services.media.media_of_job(job)
    assert media is not None and media.storage_key in set(services.store.keys())
    assert alice.post("job/delete", job_id=job).status_code == 200
    wait_until(lambda: is_erased(services, job))
    wait_until(lambda: not everywhere(server, words))
    assert media.storage_key not in set(services.store.keys())
    assert engine.known(list(workflows_of(tasks))) == frozenset()
    assert alice.http.get(url).status_code == 404
    for task in tasks:
        assert alice.get("job/task_status", task_id=task).json()["TaskInfo"] in ("", "The job was deleted")
    assert error_of(alice.get("job/info", job_id=job)) == (400, "ITEM_NOT_FOUND")
    assert job not in alice.get("job/list").text


def test_a_job_deleted_during_transcription_leaves_nothing_in_the_engine(
    server: OwnServer, services: app.Services, engine: EngineClient, alice: Client, speech: Path
) -> None:
    job = alice.new_job()
    alice.upload(job, speech)
    task = alice.order(job)
    alice.wait(job, lambda info: info["JobStatus"] == "In Process")
    assert alice.post("job/delete", job_id=job).status_code == 200
    wait_until(lambda: is_erased(services, job))
    assert engine.known(list(workflows_of(tasks_of(services, job)))) == frozenset()
    assert not (server.data_dir / "work" / task).exists()


def test_words_of_results_that_retention_has_erased_are_found_nowhere(
    server: OwnServer,
    services: app.Services,
    engine: EngineClient,
    alice: Client,
    sentence: bytes,
    tmp_path: Path,
) -> None:
    word = f"Zq{uuid.uuid4().hex[:8].translate(str.maketrans('0123456789', 'ghijklmnop'))}"
    job = alice.new_job()
    alice.upload(job, sentence)
    said = f"Welcome to a small library by the sea. {word}."
    query = {"v": "1", "api_token": alice.token, "job_id": job}
    added = alice.http.post("/api/job/add_transcript", params=query, content=said.encode())
    assert added.status_code == 200
    order = alice.order(job)
    alice.finished(job)
    alice.get("job/get_caption", job_id=job, caption_format="SRT", build_url="true")
    assert word in alice.get("job/get_transcript", job_id=job).text
    wait_until(lambda: not engine.under_way([order]))
    assert alice.search(word, job_id=job)
    assert everywhere(server, {"": word})
    assert services.retention.erase_part(job, ErasedPart.RESULTS)
    assert eraser(services, engine, tmp_path, retention_s=3600).forget([job])
    assert engine.known([order]) == frozenset()

    def is_gone() -> bool:
        settings = settings_of(server)
        files = () if settings.database_url else app.sqlite_files(settings)
        return all(sqlite_file.shrink(path) for path in files) and not everywhere(server, {"": word})

    wait_until(is_gone)


def minutes(client: Client) -> int:
    metrics = '["billable_minutes_total"]'
    [found] = client.get("job/aggregate_statistics", metrics=metrics).json()["data"]
    return int(found["billable_minutes_total"])


def test_statistics_count_what_was_done_for_a_deleted_job(
    services: app.Services, alice: Client, quiet: Path
) -> None:
    job = alice.new_job()
    alice.upload(job, quiet)
    alice.order(job)
    alice.finished(job)
    before = minutes(alice)
    assert alice.post("job/delete", job_id=job).status_code == 200
    wait_until(lambda: is_erased(services, job))
    assert minutes(alice) == before == 1


def test_every_table_of_the_engine_and_every_folder_is_known(server: OwnServer, finished: str) -> None:
    settings = settings_of(server)
    url = system_url(settings).replace("postgresql://", "postgresql+psycopg://")
    inspector = sa.inspect(sa.create_engine(url))
    schema = None if url.startswith("sqlite") else "dbos"
    assert set(inspector.get_table_names(schema)) <= set(ENGINE_TABLES)
    names = {path.name for path in server.data_dir.iterdir() if ".sqlite" not in path.name}
    assert names <= set(FOLDERS)


def test_a_job_that_an_older_release_deleted_is_erased_too(
    server: OwnServer, services: app.Services, engine: EngineClient, alice: Client, quiet: Path
) -> None:
    word = f"Zq{uuid.uuid4().hex}"
    job = alice.new_job(job_name=word)
    alice.upload(job, quiet)
    alice.order(job, options=json.dumps({"notes": word}))
    alice.finished(job)
    with services.database.write() as connection:  # which left all of it but recordings and results
        connection.execute(jobs.update().where(jobs.c.id == job).values(deleted=utc_now()))
    wait_until(lambda: is_erased(services, job))
    wait_until(lambda: not everywhere(server, {"": word}))
    assert engine.known(list(workflows_of(tasks_of(services, job)))) == frozenset()
