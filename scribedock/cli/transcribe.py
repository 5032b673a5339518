"""`scribedock transcribe`: from files of one's own to captions, without a server."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scribedock.cli.common import DataDir, fail, load_settings
from scribedock.host.terminal import escape_markup, printable
from scribedock.settings import SettingsError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from scribedock.batch.formats import OutputFormat
    from scribedock.batch.recordings import Planned
    from scribedock.batch.transcription import FileTranscriber, Transcribed, Wishes
    from scribedock.settings import Settings
    from scribedock.speech.recognizer import RecognizerSpec

STDOUT = "-"
LOOK_INTERVAL_S = 0.25
MAX_SPEAKERS = 50
INTERRUPTED = 130  # 128 + SIGINT


def transcribe(
    files: Annotated[
        list[Path], typer.Argument(help="Recordings, or folders of recordings.", metavar="FILES")
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", help="Folder for what is written; - is standard output.", metavar="DIR"
        ),
    ] = None,
    format: Annotated[
        str, typer.Option("--format", "-f", help="srt, vtt, txt, json, dfxp, scc, …, with commas between.")
    ] = "srt",
    language: Annotated[
        str | None, typer.Option(help="What is spoken, as en or pt; without it, that is heard.")
    ] = None,
    speakers: Annotated[
        str | None, typer.Option(help="Mark who speaks: a number of people, or auto.", metavar="N|auto")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Write files anew that are there already.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Transcribe recordings and write captions beside them, or into a folder.

    Files that are there already are kept. An interrupted command goes on where it stopped when it is given
    again. The exit status is 1 where a recording could not be transcribed.
    """
    from scribedock.batch.formats import UnknownFormat, parse_formats
    from scribedock.batch.recordings import NoRecording, find_recordings, plan

    settings = load_settings(data_dir, log_level="error")
    try:
        formats = parse_formats(format)
        wishes = _wishes(language, speakers)
        found, others = find_recordings(files)
        planned = plan(found, formats, Path(output) if output not in (None, STDOUT) else None)
    except (UnknownFormat, NoRecording) as error:
        fail(str(error))
    if not planned:
        fail("there is no recording in what was named")
    if output == STDOUT and (len(planned) > 1 or len(formats) > 1):
        fail("-o -: standard output takes one recording in one format")
    if others:
        print(
            f"scribedock: files left out, because they are no recordings by name: {others}", file=sys.stderr
        )
    run = _Run(settings, wishes, to_stdout=output == STDOUT, overwrite=overwrite)
    raise typer.Exit(run.transcribe(planned))


class _Run:
    """One run of the command."""

    def __init__(self, settings: Settings, wishes: Wishes, *, to_stdout: bool, overwrite: bool) -> None:
        from rich.console import Console

        self._settings = settings
        self._wishes = wishes
        self._to_stdout = to_stdout
        self._overwrite = overwrite
        self._console = Console(stderr=True, highlight=False)

    def transcribe(self, planned: list[Planned]) -> int:
        """Transcribe all of them; return the command's exit status."""
        wanted = [each for each in planned if self._missing(each)]
        for each in planned:
            if each not in wanted:
                self._say(each.path, "is transcribed already (--overwrite does it again)")
        if not wanted:
            return 0
        with _transcriber(self._settings, self._wishes, self._console) as transcriber:
            failed = [each for each in wanted if not self._one(transcriber, each)]
        return 1 if failed else 0

    def _missing(self, planned: Planned) -> dict[OutputFormat, Path]:
        """Return what is to be written of a recording."""
        if self._to_stdout or self._overwrite:
            return dict(planned.outputs)
        return {format: path for format, path in planned.outputs.items() if not path.exists()}

    def _one(self, transcriber: FileTranscriber, planned: Planned) -> bool:
        """Transcribe a recording; return whether that worked."""
        from scribedock.batch.transcription import NotTranscribed
        from scribedock.batch.workspace import FileBusy

        began = time.monotonic()
        try:
            with self._progress(planned.path, transcriber), transcriber.transcribed(planned.path) as result:
                written = self._write(result, planned)
        except KeyboardInterrupt:
            self._console.print("\nInterrupted; give the same command again to go on where it stopped")
            sys.stderr.flush()
            os._exit(INTERRUPTED)  # at once, whatever its threads wait for
        except NotTranscribed as error:
            self._say(planned.path, f"cannot be transcribed: {error}", style="red")
            return False
        except FileBusy:
            self._say(planned.path, "is being transcribed by another command", style="red")
            return False
        except Exception as error:
            reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            self._say(planned.path, f"failed, and can be tried again: {reason}", style="red")
            return False
        taken = time.monotonic() - began
        length = _clock_time(result.media_ms / 1000)
        about = f"({length}, {result.language}) took {_clock_time(taken)}"
        self._say(planned.path, f"{about} → {', '.join(written)}")
        if result.notice:
            self._console.print(f"  [yellow]{escape_markup(result.notice)}[/]")
        return True

    def _write(self, result: Transcribed, planned: Planned) -> list[str]:
        """Write what is missing; return the names."""
        from scribedock.batch.formats import write

        if self._to_stdout:
            (format,) = planned.outputs
            sys.stdout.buffer.write(write(result.elementlist, format, planned.path, result.media_ms))
            sys.stdout.buffer.flush()
            return ["standard output"]
        missing = self._missing(planned)
        for format, path in missing.items():
            body = write(result.elementlist, format, planned.path, result.media_ms)
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.draft")
            draft.write_bytes(body)
            draft.replace(path)
        return [str(path) for path in missing.values()]

    def _say(self, path: Path, text: str, *, style: str = "") -> None:
        line = f"[bold]{escape_markup(str(path))}[/] {escape_markup(text)}"
        self._console.print(line, style=style, soft_wrap=True)

    @contextmanager
    def _progress(self, path: Path, transcriber: FileTranscriber) -> Iterator[None]:
        """Show how far the recording is, while the block runs, on a terminal."""
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        if not self._console.is_terminal:
            yield
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
        )
        ended = threading.Event()
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task(escape_markup(printable(path.name)), total=1)
            follower = threading.Thread(
                target=_follow, args=(progress, task, transcriber, ended), daemon=True
            )
            follower.start()
            try:
                yield
            finally:
                ended.set()
                follower.join()


def _follow(progress: Progress, task: TaskID, transcriber: FileTranscriber, ended: threading.Event) -> None:
    while not ended.wait(LOOK_INTERVAL_S):
        progress.update(task, completed=transcriber.progress())


@contextmanager
def _transcriber(settings: Settings, wishes: Wishes, console: Console) -> Iterator[FileTranscriber]:
    """Provide what transcribes; end the command where no recognizer can be used."""
    from scribedock.batch.transcription import FileTranscriber
    from scribedock.batch.workspace import Workspace
    from scribedock.speech.configured import recognizer, recognizer_pool, speaker_model

    try:
        spec = recognizer(settings)
        _check_language(spec, wishes.language)
        workspace = Workspace(settings)
        pool = recognizer_pool(workspace.settings)
    except SettingsError as error:
        fail(str(error))
    console.print(f"Recognizing with {escape_markup(spec.title)}", style="dim", soft_wrap=True)
    if spec.model is None:
        console.print("A model makes far fewer errors: scribedock models pull whisper-base", style="yellow")
    if wishes.tell_speakers_apart and speaker_model(settings) is None:
        console.print(
            "Speakers are told apart better with a model: scribedock models pull campplus", style="yellow"
        )
    try:
        yield FileTranscriber(workspace, pool, wishes)
    finally:
        pool.close()
        workspace.close()


def _wishes(language: str | None, speakers: str | None) -> Wishes:
    """Read what is wanted of every recording; end the command where an option makes no sense."""
    from scribedock.batch.transcription import Wishes
    from scribedock.errors import InvalidOption
    from scribedock.jobs.languages import AUTO, spoken_language

    try:
        spoken = AUTO if language is None else spoken_language(language)
    except InvalidOption as error:
        fail(f"--language: {error.comment}")
    if speakers is None:
        return Wishes(language=spoken)
    if speakers.lower() == AUTO:
        return Wishes(language=spoken, tell_speakers_apart=True)
    if not speakers.isascii() or not speakers.isdigit() or not 1 <= int(speakers) <= MAX_SPEAKERS:
        fail(f"--speakers: {speakers!r} is neither auto nor a number from 1 to {MAX_SPEAKERS}")
    return Wishes(language=spoken, tell_speakers_apart=True, speakers=int(speakers))


def _check_language(spec: RecognizerSpec, language: str) -> None:
    """Raise SettingsError where the recognizer does not understand a language."""
    from scribedock.jobs.languages import AUTO, iso_code
    from scribedock.speech.recognizer import languages

    understood = languages(spec)
    if language != AUTO and iso_code(language) not in understood:
        raise SettingsError(
            f"--language: {spec.title} does not understand {language!r}; it understands "
            f"{', '.join(sorted(understood))}"
        )


def _clock_time(seconds: float) -> str:
    """Return a time as 4:07 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
