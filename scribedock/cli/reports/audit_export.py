"""`scribedock audit export`: hand the audit log on to a syslog server."""

from __future__ import annotations

import hashlib
import json
import socket
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scribedock.cli.common import DataDir, explained, fail, services_in_use
from scribedock.settings import SettingsError

if TYPE_CHECKING:
    from scribedock.app import Services
    from scribedock.reports.audit import AuditEntry
    from scribedock.reports.audit_export import PositionFile
    from scribedock.reports.syslog import SyslogSender

INTERRUPTED = 130  # 128 + SIGINT, as shells say it
POSITIONS = "audit-export"  # in the data folder


def export_audit(
    syslog: Annotated[
        str,
        typer.Option(
            help="The server: udp://host:514, tcp://host:601, tls://host:6514 or unix:///dev/log.",
            metavar="URL",
        ),
    ],
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on with what comes later, until interrupted.")
    ] = False,
    interval: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks.")] = 5,
    authorities: Annotated[
        Path | None,
        typer.Option(
            "--ca", help="File of certificates to trust for tls://; default: the system's.", dir_okay=False
        ),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Send entries of the audit log to a syslog server, each once; the data folder knows which were."""
    from scribedock.reports.audit_export import PositionFile
    from scribedock.reports.syslog import SyslogError, SyslogSender, SyslogTarget

    try:
        target = SyslogTarget.parse(syslog)
    except SyslogError as error:
        fail(str(error))
    services = services_in_use(data_dir)
    name = hashlib.sha256(str(target).encode()).hexdigest()[:32]
    try:
        position = PositionFile(services.settings.data_dir / POSITIONS / f"{name}.json")
    except SettingsError as error:
        fail(str(error))
    with closing(services), closing(position), closing(SyslogSender(target, authorities=authorities)) as to:
        try:
            _send_new(services, position, to, patient=follow)
            while follow:
                time.sleep(interval)
                _send_new(services, position, to, patient=True)
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None


def _send_new(services: Services, position: PositionFile, to: SyslogSender, *, patient: bool) -> None:
    """Send what has come; a problem ends the command, or is said where it is patient."""
    from scribedock.reports.audit import DONE
    from scribedock.reports.audit_export import export
    from scribedock.reports.syslog import INFORMATIONAL, NOTICE, SyslogError, message

    host = socket.gethostname()

    def send(entry: AuditEntry) -> None:
        to.send(
            message(
                json.dumps(entry.document()),
                at=entry.at,
                host=host,
                message_id=entry.call,
                severity=INFORMATIONAL if entry.outcome == DONE else NOTICE,
            )
        )

    try:
        count = export(services.audit, position, send, services.clock.now())
    except Exception as error:
        problem = str(error) if isinstance(error, SyslogError) else explained(error)
        if problem is None:
            raise
        if not patient:
            fail(problem)
        print(f"scribedock: {problem}; it is tried again", file=sys.stderr, flush=True)
        return
    if count or not patient:
        print(f"{count:,} entries sent", flush=True)
