"""`scribedock status`: how the installation is doing, on one screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from scribedock import __version__
from scribedock.cli.common import DataDir, read_services
from scribedock.cli.output.documents import AsJson, print_document
from scribedock.cli.output.tables import print_fields, print_table, shown_id
from scribedock.host.human import age, moment, short_age, size
from scribedock.host.terminal import wrapped

if TYPE_CHECKING:
    from scribedock.cli.reports.condition import Condition

NEEDS_ATTENTION = 1


def status(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show servers, workers, queues, jobs, callbacks and storage, and what needs attention.

    Exits with 1 where something needs attention.
    """
    from scribedock.cli.reports.condition import find_condition

    services = read_services(data_dir)
    found = find_condition(services)
    attention = list(found.attention())
    if as_json:
        print_document(
            {"attention": attention, **_document(found, str(services.settings.data_dir.resolve()))}
        )
    else:
        _print(found)
        print()
        for line in attention:
            print(wrapped(line, indent="  ", first="! "))
        if not attention:
            print("Nothing needs attention")
    if attention:
        raise typer.Exit(NEEDS_ATTENTION)


def _print(found: Condition) -> None:
    print_fields(_fields(found))
    if found.workers:
        print()
        print_table(
            ("Worker", "Host", "State", "Heartbeat"),
            [
                (
                    shown_id(each.id),
                    each.host,
                    "alive" if each.alive else "silent",
                    f"{age(found.checked - each.heartbeat)} ago",
                )
                for each in found.workers
            ],
            shortened=("Host",),
        )
    if found.queues:
        print()
        print_table(
            ("Queue", "Priority", "Ready", "Oldest", "Running", "Waiting"),
            [
                (
                    each.queue,
                    each.priority or "",
                    str(each.ready),
                    "" if each.oldest is None else short_age(found.checked - each.oldest),
                    str(each.running),
                    str(each.waiting),
                )
                for each in found.queues
            ],
            right=("Ready", "Oldest", "Running", "Waiting"),
        )


def _fields(found: Condition) -> Iterator[tuple[str, str]]:
    yield "Checked", moment(found.checked)
    yield "Version", __version__
    for each in found.servers:
        since = age(found.checked - each.server.since)
        yield "Server", f"{each.server.url}, {each.condition}, {each.server.version}, up for {since}"
    if not found.servers:
        yield "Server", "none runs on this machine in this data folder"
    alive = sum(each.alive for each in found.workers)
    yield (
        "Workers",
        f"{alive} alive" if alive == len(found.workers) else f"{alive} of {len(found.workers)} alive",
    )
    jobs = [f"{count} {status}" for status, count in found.jobs.items() if count]
    yield "Jobs", ", ".join(jobs) or "none"
    counts = found.callbacks
    yield (
        "Callbacks",
        f"{counts.waiting} waiting, {counts.failing} failing, {counts.failed_recently} failed within a day",
    )
    endpoints = asdict(found.webhooks)
    if any(endpoints.values()):
        yield "Webhooks", ", ".join(f"{count} {state}" for state, count in endpoints.items())
    stored = found.stored
    kept = (
        f"{stored.recordings} recordings ({size(stored.recording_bytes)})",
        f"{stored.partials} unfinished uploads ({size(stored.partial_bytes)})",
        f"{stored.renditions} converted files ({size(stored.rendition_bytes)})",
    )
    yield "Storage", f"{', '.join(kept)} in {found.storage}"
    yield "Disk", f"{size(found.disk.free)} of {size(found.disk.size)} free"
    yield "Database", found.database
    yield "Speech", found.speech_model or "cannot be used"
    yield "Speakers", found.speaker_model or "no model"


def _document(found: Condition, folder: str) -> dict[str, Any]:
    return {
        "checked": found.checked,
        "version": __version__,
        "data_dir": folder,
        "database": found.database,
        "servers": [{**asdict(each.server), "condition": each.condition} for each in found.servers],
        "workers": [asdict(each) for each in found.workers],
        "queues": [
            {
                "queue": each.queue,
                "priority": each.priority,
                "ready": each.ready,
                "oldest_ready": each.oldest,
                "running": each.running,
                "waiting": each.waiting,
            }
            for each in found.queues
        ],
        "jobs": {status.value: count for status, count in found.jobs.items()},
        "late_jobs": found.late_jobs,
        "callbacks": asdict(found.callbacks),
        "webhooks": asdict(found.webhooks),
        "storage": {"url": found.storage, **asdict(found.stored)},
        "disk": {
            "free_bytes": found.disk.free,
            "size_bytes": found.disk.size,
            "reserve_bytes": found.disk.reserve,
        },
        "models": {"speech": found.speech_model or None, "speakers": found.speaker_model or None},
    }
