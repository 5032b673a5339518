"""`scribedock captions describe`: the audio description of a job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scribedock.cli.captions.convert import read_source
from scribedock.cli.common import DataDir, audited, fail, open_services, or_fail, say
from scribedock.errors import captions_errors


def describe(
    job: Annotated[str, typer.Argument(help="Id of a job.")],
    source: Annotated[Path, typer.Argument(help="The audio description: ElementList, SRT, VTT or DFXP.")],
    data_dir: DataDir = None,
) -> None:
    """Add an audio description to a job, for audio_description=true and mixed=true of the API."""
    from scribedock.jobs.languages import iso_code
    from scribedock_captions.elementlist.codec import to_json

    services = open_services(data_dir)
    found = or_fail(lambda: services.jobs.find_job(job.strip().lower().replace("-", "")))

    def store() -> None:
        with captions_errors():
            described = read_source(source, language=iso_code(found.language), duration=found.media_ms)
        services.elementlists.describe(found.id, to_json(described))

    try:
        with audited(services, "captions describe", found.account_id, job_id=found.id):
            or_fail(store)
    except OSError as error:
        fail(f"{source}: {error.strerror}")
    say(f"Job {job} now has an audio description")
