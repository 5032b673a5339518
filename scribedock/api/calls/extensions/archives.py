"""The call that downloads the results of many jobs as one zip archive. It is ours, not the vendor's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from scribedock.accounts.scopes import Right
from scribedock.api import auditing
from scribedock.api.calls.outputs import CachedRendering, RenderSource
from scribedock.api.registry import Context, call
from scribedock.api.schema.option_models import model_of, options_from
from scribedock.api.schema.parameters import Identifiers, Parameters, Strings, choice
from scribedock.errors import InvalidOption, InvalidQuery, ScribedockError
from scribedock.host.near_misses import did_you_mean, near_miss
from scribedock.jobs.job import Job
from scribedock.results.archives import FileNames, ZipStream
from scribedock.sandbox.samples import readable_elementlists
from scribedock_captions.options import CaptionOptions
from scribedock_captions.presets import PRESETS, Preset
from scribedock_captions.rendering import CaptionFormat
from scribedock_captions.writers import WRITERS

PATH = "job/download_results"
ELEMENT_LIST = "ELEMENT_LIST"
FORMATS = (*CaptionFormat, ELEMENT_LIST)
MAX_JOBS = 500
MISSING_NAME = "NOT INCLUDED.txt"
ZIP = "application/zip"


class ArchiveSourceParameters(Parameters):
    job_ids: Identifiers = Field(description=f"The jobs, up to {MAX_JOBS}.", max_length=MAX_JOBS)
    formats: Strings = Field(
        (CaptionFormat.WEB_VTT.value,),
        description=f"Formats of the files: {', '.join(FORMATS)}.",
        max_length=len(FORMATS),
    )
    preset: Annotated[Preset, choice(Preset)] | None = Field(
        None, description="Options of a broadcaster or guide; options that are given count more."
    )


ArchiveParameters = model_of("ArchiveParameters", ArchiveSourceParameters, CaptionOptions)


@dataclass(frozen=True, kw_only=True)
class _Archived:
    """A job of the archive, or why it is not in it."""

    job: Job
    source: RenderSource | None
    stem: str
    problem: str = ""


@dataclass(kw_only=True)
class _Missing:
    """What the archive lacks, for the file that says so."""

    lines: list[str] = field(default_factory=list)

    def note(self, job: Job, reason: str, what: str = "") -> None:
        self.lines.append(f"{job.id}  {job.name}{f'  {what}' if what else ''}: {reason}")


@call(
    PATH,
    ArchiveParameters,
    is_vendors=False,
    needs=Right.READ,
    answer="the zip archive",
    content={ZIP: bytes},
    shows_content=True,
    changes=False,
)
async def download_results(context: Context, parameters: Any) -> Response:
    """Download the results of one or many jobs as a zip archive, each in the formats that you name.

    Jobs without a result are listed in a file of the archive.
    """
    formats = read_formats(parameters.formats)
    base = None if parameters.preset is None else PRESETS[parameters.preset]
    options = options_from(CaptionOptions, parameters, base=base)
    found = await run_in_threadpool(_found, context, parameters.job_ids)
    if all(each.source is None for each in found):
        raise InvalidQuery(f"job_ids: there is nothing to download: {found[0].job.id}: {found[0].problem}")
    branch = await run_in_threadpool(lambda: context.branch)
    if context.request.method == "HEAD":
        return Response(media_type=ZIP)
    body = _archive(context, branch, found, formats, options)
    name = 'attachment; filename="results.zip"'
    return StreamingResponse(body, media_type=ZIP, headers={"Content-Disposition": name})


def read_formats(given: Sequence[str]) -> tuple[str, ...]:
    """Return the formats, each once. Raises InvalidOption."""
    known = {each.upper(): each for each in FORMATS}
    found = []
    for each in given:
        name = known.get(each.strip().upper())
        if name is None:
            meant = near_miss(each, list(known), parts=True)
            question = f"; {did_you_mean(meant)}" if meant else ""
            raise InvalidOption(f"formats: {each[:50]!r} is none of {', '.join(FORMATS)}{question}")
        found.append(str(name))
    if not found:
        raise InvalidQuery("formats: name at least one")
    return tuple(dict.fromkeys(found))


def _found(context: Context, job_ids: Sequence[str]) -> list[_Archived]:
    """Find the jobs and their versions. Raises ItemNotFound for a job that is not the caller's."""
    services = context.services
    found, names = [], FileNames()
    for job_id in dict.fromkeys(each.strip().lower().replace("-", "") for each in job_ids):
        job = services.jobs.find_job(job_id, context.visible_accounts)
        stem = names.take(job.name, job.id[:8])
        try:
            version = readable_elementlists(services.elementlists, job).choose(job)
        except ScribedockError as error:
            found.append(_Archived(job=job, source=None, stem=stem, problem=error.comment))
        else:
            found.append(_Archived(job=job, source=RenderSource(job=job, versions=(version,)), stem=stem))
    if not found:
        raise InvalidQuery("job_ids: name at least one job")
    return found


async def _archive(
    context: Context,
    branch: str,
    found: Sequence[_Archived],
    formats: Sequence[str],
    options: CaptionOptions,
) -> AsyncIterator[bytes]:
    """Yield the archive as it is made: a file at a time, each rendered in another process."""
    stream, missing = ZipStream(), _Missing()
    async with context.backend.archives.turn(branch):
        for each in found:
            if each.source is None:
                missing.note(each.job, each.problem)
                continue
            await run_in_threadpool(_note_reading, context, each.job)
            for name, ending in _endings(formats):
                try:
                    content = await _content(context, each.source, name, options)
                except ScribedockError as error:
                    missing.note(each.job, error.comment, name)
                    continue
                at = each.job.completed or each.job.created
                yield await run_in_threadpool(stream.add, each.stem + ending, content, at)
        if missing.lines:
            listed = "\r\n".join(["These results are not in the archive:", *missing.lines, ""])
            yield stream.add(MISSING_NAME, listed.encode(), context.services.clock.now())
        yield stream.end()


def _endings(formats: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each format with the ending of its files; those of formats that share one name the format."""
    endings = {name: _ending(name) for name in formats}
    for name, ending in endings.items():
        shared = sum(each == ending for each in endings.values()) > 1
        yield name, f".{name.lower()}{ending}" if shared else ending


def _ending(name: str) -> str:
    return ".json" if name == ELEMENT_LIST else WRITERS[CaptionFormat(name)].extension


async def _content(context: Context, source: RenderSource, name: str, options: CaptionOptions) -> bytes:
    if name != ELEMENT_LIST:
        return (await CachedRendering(context, source, options, CaptionFormat(name)).rendering()).body
    lists = readable_elementlists(context.services.elementlists, source.job)
    [version] = source.versions
    return await run_in_threadpool(lists.body, source.job.id, version.created)


def _note_reading(context: Context, job: Job) -> None:
    account_id = context.account.id
    with auditing.reading(context.services, PATH, account_id, context.client, job.id):
        pass
