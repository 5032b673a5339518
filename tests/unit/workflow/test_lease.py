from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from scribedock import app
from scribedock.clock import utc_now
from scribedock.db.engine import Database, shared_time
from scribedock.db.tables import executors
from scribedock.dispatch.queues import Queue
from scribedock.settings import Settings
from scribedock.testing.clock import ManualClock
from scribedock.workflow.engine_client import RunningWorkflow
from scribedock.workflow.lease import ATTEMPTS, Lease, Reaper, note_crash
from tests.support.waiting import wait_until

HOLDER = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from scribedock.db.engine import Database, shared_time
    from scribedock.workflow.lease import Lease

    lease = Lease(Database(sys.argv[1]), Path(sys.argv[2]), lease_s=3600)
    lease.acquire()
    print(lease.executor_id, flush=True)
    time.sleep(600)
    """
)


class Engine:
    """A list of workflows, and what was done with them."""

    def __init__(self, *running: RunningWorkflow) -> None:
        self.workflows = list(running)
        self.queued: list[str] = []
        self.steps = 0
        self.resumed: list[str] = []
        self.given_up: list[str] = []
        self.closed = 0

    def running(self) -> list[RunningWorkflow]:
        return self.workflows

    def enqueued(self, workflow_ids: Sequence[str]) -> frozenset[str]:
        return frozenset(self.queued) & frozenset(workflow_ids)

    def finished_steps(self, workflow_id: str) -> int:
        return self.steps

    def resume(self, running: RunningWorkflow) -> None:
        self.resumed.append(running.id)
        self.workflows.remove(running)
        self.queued.append(running.id)

    def close_queues(self) -> None:
        self.closed += 1

    def fail_workflow(self, running: RunningWorkflow) -> None:
        self.given_up.append(running.id)
        self.workflows.remove(running)

    def take_up(self, executor_id: str) -> None:
        """An executor takes everything from the queue."""
        self.workflows += [of(executor_id, workflow_id) for workflow_id in self.queued]
        self.queued.clear()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(utc_now())


@pytest.fixture
def place(tmp_path: Path, database: dict[str, str], clock: ManualClock) -> Iterator[tuple[Database, Path]]:
    settings = Settings(data_dir=tmp_path, **database)  # type: ignore[arg-type]
    app.prepare_database(settings)
    opened = Database(app.database_url(settings), clock=clock)
    yield opened, tmp_path / "executors"
    opened.close()


def lease(place: tuple[Database, Path], lease_s: float = 60) -> Lease:
    made = Lease(*place, lease_s=lease_s)
    made.acquire()
    return made


def reaper(place: tuple[Database, Path], held: Lease, engine: Engine) -> Reaper:
    return Reaper(place[0], held, engine, place[1])


def of(executor_id: str, workflow_id: str = "w") -> RunningWorkflow:
    return RunningWorkflow(id=workflow_id, executor_id=executor_id, queue=Queue.PROBES)


def test_a_worker_that_falls_silent_while_it_takes_over_keeps_nobody_else_from_it(
    place: tuple[Database, Path], clock: ManualClock
) -> None:
    mine, stopped = lease(place), lease(place)
    others, ours = reaper(place, stopped, Engine()), reaper(place, mine, Engine())
    with others._alone_on_machine() as is_alone:
        assert is_alone
        with ours._alone_on_machine() as also_alone:
            assert not also_alone
        for _ in range(7):
            clock.advance(10)
            mine.renew()
        with place[0].write() as connection:
            connection.execute(
                executors.update()
                .where(executors.c.id == stopped.executor_id)
                .values(heartbeat=shared_time(connection) - timedelta(hours=1))
            )
        with ours._alone_on_machine() as also_alone:
            assert also_alone


def test_a_worker_that_holds_its_lease_is_left_alone(place: tuple[Database, Path]) -> None:
    mine, other = lease(place), lease(place)
    engine = Engine(of(mine.executor_id), of(other.executor_id))
    assert reaper(place, mine, engine).reap() == 0
    assert mine.others().living == {mine.executor_id, other.executor_id}
    assert engine.resumed == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite's workers share a machine
def test_a_reaper_that_falls_silent_stops_the_others_for_a_while_only(place: tuple[Database, Path]) -> None:
    """As SIGSTOP or a dead connection leaves it: in the middle of taking over, with the lock."""
    mine, stopped, dead = lease(place), lease(place), lease(place)
    dead.release()
    continued = threading.Event()
    silent, engine = Engine(of(dead.executor_id)), Engine(of(dead.executor_id))
    silent.running = lambda: continued.wait(60) and []  # type: ignore[assignment, method-assign, return-value]
    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(Reaper(place[0], stopped, silent, place[1], silence_s=1).reap)
        wait_until(lambda: is_locked(place[0]))
        assert reaper(place, mine, engine).reap() == 0, "the other one has its turn"
        wait_until(lambda: reaper(place, mine, engine).reap())
        assert engine.resumed == ["w"]
        continued.set()
        with pytest.raises(sa.exc.DBAPIError, match="idle-in-transaction"):
            holding.result(60)


def is_locked(database: Database) -> bool:
    locks = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
    with database.read() as connection:
        return bool(connection.execute(locks).scalar())


def test_the_work_of_a_worker_that_released_its_lease_is_taken_over(place: tuple[Database, Path]) -> None:
    mine, other = lease(place), lease(place)
    other.release()
    engine = Engine(of(other.executor_id))
    assert reaper(place, mine, engine).reap() == 1
    assert engine.resumed == ["w"]
    assert engine.closed == 0
    assert reaper(place, mine, engine).reap() == 0
    assert engine.closed == 1, "nothing is resumed that its queues would have to be there for"


def test_a_worker_killed_on_this_machine_is_dead_at_once(place: tuple[Database, Path]) -> None:
    mine = lease(place)
    url = place[0].engine.url.render_as_string(hide_password=False)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, url, str(place[1])], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    killed = holder.stdout.readline().strip()
    assert killed in mine.others().living
    holder.kill()
    holder.wait()
    holder.stdout.close()
    assert mine.others().living == {mine.executor_id}
    assert not (place[1] / killed).exists()


def renewed(mine: Lease, clock: ManualClock, seconds: int) -> None:
    """Let `seconds` pass, in which the lease is renewed as often as it has to be."""
    for _ in range(seconds // 20):
        clock.advance(20)
        assert mine.renew()


def make_old(place: tuple[Database, Path], *leases: Lease) -> None:
    with place[0].write() as connection:
        connection.execute(
            executors.update()
            .where(executors.c.id.in_([each.executor_id for each in leases]))
            .values(heartbeat=utc_now() - timedelta(days=365))
        )


def test_a_worker_elsewhere_is_dead_when_its_heartbeat_is_old(
    place: tuple[Database, Path], clock: ManualClock
) -> None:
    mine = lease(place, lease_s=60)
    elsewhere = lease((place[0], place[1] / "of another machine"), lease_s=60)
    assert elsewhere.executor_id in mine.others().living
    renewed(mine, clock, 60)
    make_old(place, elsewhere)
    assert mine.others().living == {mine.executor_id}
    assert not elsewhere.renew(), "it must learn that it has lost its lease"
    assert mine.renew()


@pytest.mark.parametrize("is_new", [False, True])
def test_after_an_outage_every_worker_has_the_time_of_a_lease_to_come_back(
    place: tuple[Database, Path], clock: ManualClock, is_new: bool
) -> None:
    """Whether the first one that is back was there before or has just started."""
    mine = lease(place, lease_s=60)
    back, dead = (lease((place[0], place[1] / "of another machine"), lease_s=60) for _ in range(2))
    renewed(mine, clock, 60)
    clock.advance(3600)
    make_old(place, mine, back, dead)
    if is_new:
        mine = lease(place, lease_s=60)
    assert mine.renew()
    assert {back.executor_id, dead.executor_id} <= mine.others().living
    renewed(mine, clock, 40)
    assert back.renew()
    assert {back.executor_id, dead.executor_id} <= mine.others().living
    renewed(mine, clock, 20)
    living = mine.others().living
    assert back.executor_id in living
    assert dead.executor_id not in living


def test_a_heartbeat_is_recorded(place: tuple[Database, Path], clock: ManualClock) -> None:
    mine = lease(place)
    with place[0].read() as connection:
        before = connection.execute(sa.select(executors.c.heartbeat)).scalar_one()
    clock.advance(1)
    mine.renew()
    with place[0].read() as connection:
        assert connection.execute(sa.select(executors.c.heartbeat)).scalar_one() > before


def crash(place: tuple[Database, Path], engine: Engine) -> None:
    """A worker takes up what is enqueued, and dies alone."""
    died = lease(place)
    engine.take_up(died.executor_id)
    note_crash(place[0], died.executor_id)


def test_a_job_that_crashes_every_worker_is_given_up(place: tuple[Database, Path]) -> None:
    mine = lease(place)
    engine = Engine()
    engine.queued.append("w")
    resumed = []
    for _ in range(ATTEMPTS):
        crash(place, engine)
        resumed.append(reaper(place, mine, engine).reap())
    assert resumed == [1] * (ATTEMPTS - 1) + [0]
    assert engine.given_up == ["w"]


def test_losses_are_counted_afresh_after_a_finished_step(place: tuple[Database, Path]) -> None:
    mine = lease(place)
    engine = Engine()
    engine.queued.append("w")
    for _ in range(3 * ATTEMPTS):
        engine.steps += 1
        crash(place, engine)
        assert reaper(place, mine, engine).reap() == 1
    assert engine.given_up == []


def test_workers_that_went_down_with_their_machine_count_as_no_loss(place: tuple[Database, Path]) -> None:
    mine = lease(place)
    engine = Engine()
    engine.queued.append("w")
    for _ in range(3 * ATTEMPTS):
        engine.take_up("gone with its supervisor")
        assert reaper(place, mine, engine).reap() == 1
    assert engine.given_up == []


def test_before_its_last_attempt_a_suspect_waits_for_the_others(place: tuple[Database, Path]) -> None:
    mine = lease(place)
    engine = Engine()
    engine.queued += ["innocent", "guilty"]
    for _ in range(ATTEMPTS - 1):
        crash(place, engine)
        reaper(place, mine, engine).reap()
    assert engine.queued == ["innocent"], "one suspect is enqueued, the other waits"
    assert reaper(place, mine, engine).reap() == 0

    engine.take_up(mine.executor_id)
    assert reaper(place, mine, engine).reap() == 0, "one suspect runs, the other waits"
    engine.workflows = [workflow for workflow in engine.workflows if workflow.id != "innocent"]
    assert reaper(place, mine, engine).reap() == 1
    assert engine.queued == ["guilty"]
    crash(place, engine)
    assert reaper(place, mine, engine).reap() == 0
    assert engine.given_up == ["guilty"]


def test_one_reaper_at_a_time_acts(place: tuple[Database, Path]) -> None:
    mine, other = lease(place), lease(place)

    class Nested(Engine):
        """Asks a second reaper while the first is at it."""

        def running(self) -> list[RunningWorkflow]:
            self.second = reaper(place, other, Engine(of("dead"))).reap()
            return super().running()

    engine = Nested(of("dead"))
    assert reaper(place, mine, engine).reap() == 1
    assert engine.second == 0
