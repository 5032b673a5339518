"""How long a backup of many finished jobs takes, and its restoration.

python -m benchmarks.service.backup [--jobs 10000] [--list-bytes 60000] [--recording-bytes 200000]
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
import uuid
import zlib
from datetime import timedelta
from pathlib import Path

from scribedock import app
from scribedock.backup.backup import make_backup
from scribedock.backup.contents import installation
from scribedock.backup.restore import check_backup, finish, restore_backup
from scribedock.clock import SYSTEM_CLOCK, utc_now
from scribedock.db.tables import element_lists, jobs, media, tasks
from scribedock.host import data_folder
from scribedock.settings import Settings, load
from scribedock.storage.file import FileStore

BATCH = 500


def quiet(title: str, done: int, of: int) -> None:
    pass


def fill(settings: Settings, count: int, list_bytes: int, recording_bytes: int) -> None:
    app.prepare(settings)
    services = app.build_services(settings)
    admin = services.accounts.create("admin", "a password", parent=None)
    store = FileStore(settings.data_dir / "media")
    now = utc_now()
    for start in range(0, count, BATCH):
        rows: dict[str, list[dict[str, object]]] = {"jobs": [], "tasks": [], "media": [], "lists": []}
        for number in range(start, min(start + BATCH, count)):
            job, task, key = uuid.uuid4().hex, uuid.uuid4().hex, uuid.uuid4().hex
            at = now - timedelta(minutes=number)
            store.path(key).write_bytes(os.urandom(recording_bytes))
            common = {"job_id": job, "task_id": task}
            rows["jobs"].append(
                {
                    "id": job,
                    "account_id": admin.id,
                    "language": "en",
                    "status": "Complete",
                    "created": at,
                    "completed": at,
                    "returned": at,
                    "order_task_id": task,
                }
            )
            rows["tasks"].append(
                {
                    "id": task,
                    "job_id": job,
                    "type": "JOB_PERFORM_TRANSCRIPTION",
                    "status": "COMPLETE",
                    "info": "",
                    "requested": at,
                }
            )
            rows["media"].append(
                common
                | {
                    "source": "upload",
                    "storage_key": key,
                    "bytes": recording_bytes,
                    "refused": False,
                    "added": at,
                }
            )
            rows["lists"].append(
                common
                | {
                    "version": at,
                    "iwp_name": "FINAL",
                    "compressed": zlib.compress(os.urandom(list_bytes), 0),
                    "audio_description": False,
                }
            )
        with services.database.write() as connection:
            for table, name in ((jobs, "jobs"), (tasks, "tasks"), (media, "media"), (element_lists, "lists")):
                connection.execute(table.insert(), rows[name])
    services.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--list-bytes", type=int, default=60_000)
    parser.add_argument("--recording-bytes", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, help="On which disk; default: that of temporary files.")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=given.folder))
    try:
        settings = load(data_dir=folder / "data")
        fill(settings, given.jobs, given.list_bytes, given.recording_bytes)
        began = time.monotonic()
        made = make_backup(installation(settings), folder / "backup", clock=SYSTEM_CLOCK, report=quiet)
        backed_up = time.monotonic()
        target = installation(load(data_dir=folder / "restored"))
        checked = check_backup(folder / "backup", target, quiet)
        data_folder.prepare(target.settings.data_dir)
        restore_backup(checked, target, replace=False, clock=SYSTEM_CLOCK, report=quiet)
        finish(target.settings)
        restored = time.monotonic()
        size = sum(saved.bytes for saved in made.manifest.files.values())
        print(
            f"{made.manifest.jobs:,} jobs, {size / 1e6:,.0f} MB of databases, "
            f"{made.linked:,} recordings linked, {made.copied:,} copied: backup {backed_up - began:.1f} s, "
            f"restoration {restored - backed_up:.1f} s"
        )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
