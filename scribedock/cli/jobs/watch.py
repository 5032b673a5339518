"""`scribedock jobs watch`: the progress of one job, or of all, until there is nothing left to watch."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from scribedock.cli.common import DataDir, read_services
from scribedock.cli.jobs.lists import job_document, state_of
from scribedock.cli.output.arguments import find_living_job
from scribedock.cli.output.documents import AsJson, print_document
from scribedock.cli.output.tables import ID_DIGITS, cut, on_terminal
from scribedock.clock import SYSTEM_CLOCK
from scribedock.host.human import moment
from scribedock.host.terminal import printable
from scribedock.jobs.job import Job, JobStatus

if TYPE_CHECKING:
    from rich.live import Live
    from rich.progress import Progress

    from scribedock.app import Services

STEP = 0.1  # of progress, for which a line is printed where there is no terminal
MOST_WATCHED = 20
BAR_COLUMNS = 20
MIN_NAME = 6
INTERRUPTED = 130  # 128 + SIGINT, as shells say it
ENDS = (JobStatus.COMPLETE, JobStatus.MEDIA_FAILURE)


def watch(
    job_id: Annotated[
        str | None,
        typer.Argument(help="The job: its id, or the first digits; default: all.", metavar="[JOB]"),
    ] = None,
    interval: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks.")] = 1.0,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show the progress of a job until it ends, or of all orders until none is waiting or running.

    Exits with 0 where the job is Complete, with 1 where it failed or was deleted.
    """
    services = read_services(data_dir)
    try:
        if job_id is None:
            _watch_all(services, interval, as_json=as_json)
        else:
            job = _watch_one(services, find_living_job(services, job_id), interval, as_json=as_json)
            raise typer.Exit(0 if job.status is JobStatus.COMPLETE and job.deleted is None else 1)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


def _watch_one(services: Services, job: Job, interval: float, *, as_json: bool) -> Job:
    """Watch a job to its end; return it as it is then."""
    with _screen(quiet=as_json) as screen:
        while True:
            screen.show([job])
            if job.status in ENDS or job.deleted is not None:
                break
            time.sleep(interval)
            job = services.listing.beginning_with(job.id, limit=1)[0]
    if as_json:
        print_document(job_document(job))
    elif job.deleted is not None:
        print(f"Job {job.id} was deleted on {moment(job.deleted)}")
    elif job.failure_reason and job.status is JobStatus.MEDIA_FAILURE:
        print(f"Job {job.id} failed: {printable(job.failure_reason)}")
    return job


def _watch_all(services: Services, interval: float, *, as_json: bool) -> None:
    """Watch the orders that wait or run until there is none; what ended meanwhile is told."""
    watched: dict[str, Job] = {}
    ended: list[Job] = []
    with _screen(quiet=as_json) as screen:
        while True:
            current = {job.id: job for job in services.listing.under_way(limit=MOST_WATCHED)}
            gone = [job_id for job_id in watched if job_id not in current]
            last = [services.listing.beginning_with(job_id, limit=1)[0] for job_id in gone]
            ended += [job for job in last if not _is_under_way(job)]
            screen.show([*last, *current.values()])
            watched = current
            if not current:
                break
            time.sleep(interval)
    if as_json:
        print_document({"ended": [job_document(job) for job in ended]})
    else:
        print("No order is waiting or running")


def _is_under_way(job: Job) -> bool:
    """Return whether the job left the list only because there are others before it."""
    ordered = job.deleted is None and job.order_task_id is not None
    return ordered and job.status in (JobStatus.PENDING, JobStatus.IN_PROCESS)


class Screen:
    """Shows jobs as lines: one for each change of state, and for each tenth of the work."""

    def __init__(self) -> None:
        self._shown: dict[str, tuple[str, int]] = {}

    def show(self, jobs: list[Job]) -> None:
        for job in jobs:
            stage = (_state(job), int(job.progress / STEP))
            if self._shown.get(job.id) != stage:
                self._shown[job.id] = stage
                print(f"{moment(SYSTEM_CLOCK.now())}  {job.id}  {_state(job)}", flush=True)


class Silence(Screen):
    """Shows nothing: only the document at the end is wanted."""

    def show(self, jobs: list[Job]) -> None:
        return


class Bars(Screen):
    """Shows jobs as bars that stay in their places; those that have ended stay above them."""

    def __init__(self, live: Live) -> None:
        super().__init__()
        self._live = live

    def show(self, jobs: list[Job]) -> None:
        ended = [job for job in jobs if job.status in ENDS or job.deleted is not None]
        bars = _progress()
        states = max((len(_state(job)) for job in jobs), default=0)
        room = max(MIN_NAME, self._live.console.width - ID_DIGITS - BAR_COLUMNS - states - 3)
        for job in jobs:
            if job in ended and len(jobs) > 1:
                self._live.console.print(f"{job.id[:ID_DIGITS]} {_state(job)}", highlight=False)
                continue
            bars.add_task(
                "",
                total=100,
                completed=100 if job.status is JobStatus.COMPLETE else round(100 * job.progress),
                job=job.id[:ID_DIGITS],
                state=_state(job),
                name=cut(printable(job.name), room),
            )
        self._live.update(bars, refresh=True)


@contextmanager
def _screen(*, quiet: bool) -> Iterator[Screen]:
    if quiet:
        yield Silence()
    elif not on_terminal():
        yield Screen()
    else:
        from rich.live import Live

        with Live(auto_refresh=False) as live:
            yield Bars(live)


def _progress() -> Progress:
    from rich.progress import BarColumn, Progress, TextColumn

    return Progress(
        TextColumn("{task.fields[job]}", markup=False),
        BarColumn(bar_width=BAR_COLUMNS),
        TextColumn("{task.fields[state]}", markup=False),
        TextColumn("{task.fields[name]}", markup=False),
    )


def _state(job: Job) -> str:
    return "Deleted" if job.deleted is not None else state_of(job)
