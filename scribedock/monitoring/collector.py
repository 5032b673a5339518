"""Figures that are looked up when they are asked for: from the database, the disk, the machine."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import structlog
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from scribedock import __version__
from scribedock.budgets.budgets import Budgets
from scribedock.monitoring.bounded import BoundedQuestion
from scribedock.monitoring.intake_status import JOURNALS, files_waiting
from scribedock.reports.overview import MAX_BRANCHES, Overview

log = structlog.get_logger("scribedock.monitoring")


class InstallationCollector(Collector):
    """What is true of the whole installation, whichever of its servers is asked."""

    def __init__(self, overview: Overview, budgets: Budgets, *, data_dir: Path, by_branch: bool) -> None:
        """by_branch: whether waiting work and budgets are shown for branches and accounts, by name."""
        self._overview = overview
        self._budgets_of = budgets
        self._data_dir = data_dir
        self._by_branch = by_branch
        self._of_database = BoundedQuestion(self._figures)

    def describe(self) -> Iterable[Metric]:
        """Return nothing, so that registering asks no database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Yield what can be had; `scribedock_database_up` says whether the database answers."""
        yield InfoMetricFamily(
            "scribedock_build",
            "The release that runs.",
            {"version": __version__, "python": platform.python_version()},
        )
        yield from self._disk()
        yield GaugeMetricFamily(
            "scribedock_intake_files_over_budget",
            "Files of watched folders that wait for the budget of their account to be renewed.",
            files_waiting(self._data_dir / JOURNALS),
        )
        found: list[Metric] = []
        answers = True
        try:
            found = self._of_database.answer()
        except Exception as error:
            log.warning("the database gives no figures", reason=type(error).__name__)
            answers = False
        yield GaugeMetricFamily("scribedock_database_up", "Whether the database answers.", float(answers))
        yield from found

    def _figures(self) -> list[Metric]:
        branches = (self._branches, self._budgets) if self._by_branch else ()
        asked = (self._jobs, self._queues, self._workers, self._callbacks, self._stored, *branches)
        return [metric for figure in asked for metric in figure()]

    def _jobs(self) -> list[Metric]:
        states = GaugeMetricFamily("scribedock_jobs", "Jobs in each state.", labels=["state"])
        for state, count in self._overview.jobs_by_state().items():
            states.add_metric([state.value], count)
        late = GaugeMetricFamily(
            "scribedock_jobs_late", "Jobs past their due date and not complete.", self._overview.late_jobs()
        )
        return [states, late]

    def _queues(self) -> list[Metric]:
        labels = ["queue", "priority"]
        depth = GaugeMetricFamily("scribedock_queue_depth", "Work that could begin now.", labels=labels)
        oldest = GaugeMetricFamily(
            "scribedock_queue_oldest_age_seconds",
            "Time for which the oldest of it has waited.",
            labels=labels,
        )
        waiting = GaugeMetricFamily(
            "scribedock_queue_waiting", "Work that waits for its time or for what it needs.", labels=labels
        )
        running = GaugeMetricFamily("scribedock_queue_running", "Work that workers have.", labels=labels)
        now = self._overview.now()
        for each in self._overview.queues():
            of = [each.queue.value, each.priority.value if each.priority else ""]
            depth.add_metric(of, each.ready)
            waiting.add_metric(of, each.waiting)
            running.add_metric(of, each.running)
            age_s = 0.0 if each.oldest is None else max(0.0, (now - each.oldest).total_seconds())
            oldest.add_metric(of, age_s)
        return [depth, oldest, waiting, running]

    def _branches(self) -> list[Metric]:
        depth = GaugeMetricFamily(
            "scribedock_branch_queue_depth",
            "Work of a branch of the tree of accounts that could begin now.",
            labels=["branch", "queue"],
        )
        for (name, queue), count in self._overview.ready_by_branch().items():
            depth.add_metric([name, queue.value], count)
        return [depth]

    def _budgets(self) -> list[Metric]:
        labels = ["account", "kind"]
        limits = GaugeMetricFamily("scribedock_budget", "Budget of an account in this month.", labels=labels)
        used = GaugeMetricFamily(
            "scribedock_budget_used",
            "What an account with a budget, and all below it, has used in this month.",
            labels=labels,
        )
        for each in self._budgets_of.all(limit=MAX_BRANCHES):
            for what, limit in each.limits.items():
                limits.add_metric([each.username, what.value], limit)
                used.add_metric([each.username, what.value], each.used[what])
        return [limits, used]

    def _workers(self) -> list[Metric]:
        alive = sum(each.alive for each in self._overview.workers())
        return [GaugeMetricFamily("scribedock_workers_alive", "Workers with a lease.", alive)]

    def _callbacks(self) -> list[Metric]:
        counts = self._overview.callback_counts()
        found = GaugeMetricFamily(
            "scribedock_callbacks_owed", "Callbacks still to be made.", labels=["state"]
        )
        found.add_metric(["waiting"], counts.waiting)
        found.add_metric(["failing"], counts.failing)
        endpoints = self._overview.endpoint_counts()
        states = GaugeMetricFamily(
            "scribedock_webhook_endpoints", "Endpoints that events are posted to.", labels=["state"]
        )
        for state, count in asdict(endpoints).items():
            states.add_metric([state], count)
        return [found, states]

    def _stored(self) -> list[Metric]:
        stored = self._overview.stored()
        found = GaugeMetricFamily(
            "scribedock_stored_bytes", "Bytes in the storage, by what they are.", labels=["kind"]
        )
        found.add_metric(["recordings"], stored.recording_bytes)
        found.add_metric(["partial_uploads"], stored.partial_bytes)
        found.add_metric(["renditions"], stored.rendition_bytes)
        return [found]

    def _disk(self) -> Iterator[Metric]:
        try:
            usage = shutil.disk_usage(self._data_dir)
        except OSError:
            return
        yield GaugeMetricFamily(
            "scribedock_disk_free_bytes", "Free on the disk of the data folder.", usage.free
        )
        yield GaugeMetricFamily("scribedock_disk_size_bytes", "Size of that disk.", usage.total)
