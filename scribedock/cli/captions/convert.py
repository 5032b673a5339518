"""`scribedock captions convert`: the captions library on files, without a server."""

from __future__ import annotations

import inspect
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typing_extensions import TypeIs

from scribedock.errors import InvalidOption, ScribedockError
from scribedock.host.terminal import printable
from scribedock_captions.errors import CaptionsError
from scribedock_captions.options import KEEP_ALL, CaptionOptions

if TYPE_CHECKING:
    from scribedock_captions.document import CaptionDocument, Metadata
    from scribedock_captions.elementlist.model import ElementList
    from scribedock_captions.readers import CueFile
    from scribedock_captions.writers import CaptionFormat

ELEMENTLIST = "ELEMENTLIST"
FILE_OPTIONS = frozenset(
    ["dfxp_header", "include_dfxp_metadata", "srt_format", "line_ending_format", "utf8_mark"]
)
"""Options for how captions are written; all others are for what they are."""
CAPTION_OPTIONS = frozenset(
    [
        *("characters_per_caption_line", "lines_per_caption", "disallow_dangling", "line_break_on_sentence"),
        *("remove_sound_references", "remove_sounds_list", "sound_boundaries", "sound_tokens_by_line"),
        *("sound_tokens_by_line_list", "mask_profanity", "remove_disfluencies", "replace_slang"),
        *("replace_english_spelling", "force_case", "strip_square_brackets"),
    ]
)
"""Options that change the text or the lines of a caption, and leave its time."""
FILE_DEFAULTS = ("remove_sound_references", "remove_disfluencies")
"""Options whose default is another for a file of captions than for an ElementList."""


def convert(
    source: Annotated[
        Path,
        typer.Argument(help="ElementList, SRT, VTT, DFXP, SCC, SBV or text; - is standard input."),
    ],
    target: Annotated[Path, typer.Argument(help="The file to write; - is standard output.")],
    to: Annotated[
        str | None,
        typer.Option(help="Format of the target, if its name does not tell: SRT, WEB_VTT, …, ELEMENTLIST."),
    ] = None,
    source_format: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="Format of the source: elementlist, text, srt, vtt, dfxp, scc or sbv; else its look.",
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(help="Encoding of the source, as windows-1251; else what it says, UTF-8, or a guess."),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(help="Language of the source, as en or pt-br; of several in a file, the one to read."),
    ] = None,
    duration: Annotated[int | None, typer.Option(help="Length of the recording in ms.", min=1)] = None,
    title: Annotated[str | None, typer.Option(help="Title in the file's header; default: its name.")] = None,
    preset: Annotated[
        str | None, typer.Option(help="Start from the options of netflix, bbc, dcmp or scc.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Write nothing if anything of the source cannot be kept.")
    ] = False,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Explain on standard error why lines and captions end where they do."),
    ] = False,
    **options: str | None,
) -> None:
    """Convert captions, or make them from an ElementList.

    Captions of a file keep their lines and times. An option on lines or words changes those of each caption;
    a preset, or an option on captions and times, lays all of them out anew, and the time of each word is
    estimated. Nothing of a file is left out unless an option asks for it; what cannot be kept is said on
    standard error, with its line.
    """
    from scribedock_captions.document import Metadata

    try:
        given = {name: value for name, value in options.items() if value is not None}
        format = _format(target, to)
        read = _read(source, source_format, language=language or "", encoding=encoding or "")
        chosen = _options(given, preset, read)
        metadata = Metadata(
            title=source.stem.removeprefix("-") if title is None else title, language_header=True
        )
        anew = preset is not None or explain or not given.keys() <= FILE_OPTIONS | CAPTION_OPTIONS
        rebreak = not given.keys() <= FILE_OPTIONS
        body, losses = _converted(
            read, format, chosen, metadata, language=language, duration=duration, anew=anew, rebreak=rebreak
        )
        if explain:
            sys.stderr.write(_explained(read, format, chosen, language=language, duration=duration))
    except (ScribedockError, CaptionsError) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}")
    found = warn(source, read, losses)
    if strict and found:
        _fail("nothing is written, since --strict allows no warning")
    _write(target, body)


def warn(source: Path, read: ElementList | CueFile, losses: tuple[str, ...] = ()) -> int:
    """Say on standard error what could not be kept of a file; return how much that is."""
    messages = [str(warning) for warning in read.warnings] if _is_file(read) else []
    for message in (*messages, *losses):
        print(f"scribedock: warning: {printable(f'{source}: {message}')}", file=sys.stderr)
    return len(messages) + len(losses)


def with_caption_options(command: Any) -> Any:
    """Return the command with an option for each field of CaptionOptions in place of `**options`."""
    signature = inspect.signature(command, eval_str=True)
    named = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
    added = [
        inspect.Parameter(
            option.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                str | None,
                typer.Option(
                    f"--{option.name.replace('_', '-')}",
                    help=option.metadata["help"] + _default(option.name, option.default),
                    metavar="VALUE",
                ),
            ],
        )
        for option in fields(CaptionOptions)
    ]
    command.__signature__ = signature.replace(parameters=[*named, *added])
    return command


def _default(name: str, value: object) -> str:
    """Return what an option is where it is not given, for its help."""
    if name in FILE_DEFAULTS:
        return " [default: false for a file of captions, true for an ElementList]"
    if value is None or value in ("", ()) or name == "srt_format":
        return ""
    shown = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f" [default: {shown.lower() if isinstance(value, bool) else shown}]"


def _options(given: dict[str, str], preset: str | None, source: ElementList | CueFile) -> CaptionOptions:
    """Parse options as the API does, on top of those of a preset, or of those that leave a file whole."""
    from dataclasses import replace

    from scribedock.api.schema.option_models import model_of
    from scribedock.api.schema.parameters import Parameters, Repeated, read
    from scribedock_captions.presets import PRESETS, Preset

    model = model_of("ConvertOptions", Parameters, CaptionOptions)
    parameters = read(model, {name: Repeated([value]) for name, value in given.items()})
    if preset is not None and preset not in list(Preset):
        raise InvalidOption(f"--preset: {preset!r} is none of {', '.join(Preset)}")
    base = KEEP_ALL if _is_file(source) else CaptionOptions()
    if preset is not None:
        base = PRESETS[Preset(preset)]
    if _is_file(source) and not _has_markers(source):
        base = replace(base, emit_speaker_change_tokens_as="")
    return replace(base, **{name: getattr(parameters, name) for name in parameters.model_fields_set})


def _is_file(read: ElementList | CueFile) -> TypeIs[CueFile]:
    from scribedock_captions.readers import CueFile

    return isinstance(read, CueFile)


def _has_markers(file: CueFile) -> bool:
    """Whether the file marks new speakers as we do, so that captions of it should."""
    return any(line.text.startswith(">>") for cue in file.cues for line in cue.lines)


def _explained(
    read: ElementList | CueFile,
    format: CaptionFormat | None,
    options: CaptionOptions,
    *,
    language: str | None,
    duration: int | None,
) -> str:
    """Return why the captions of a format are laid out as they are."""
    from scribedock_captions.conversion.elementlist import elementlist_of
    from scribedock_captions.layout.explanation import described, explain
    from scribedock_captions.text.words import words_of
    from scribedock_captions.writers import WRITERS, CaptionFormat

    if _is_file(read):
        read = elementlist_of(read, language=language or "", duration=duration)
    writer = WRITERS[format or CaptionFormat.SRT]
    allowed = writer.limit_options(options)
    words = writer.convert_words(words_of(read, allowed))
    return described(explain(words, allowed, language or read.language, short_ms=writer.short_ms))


def read_source(
    source: Path, format: str | None = None, *, language: str = "", duration: int | None = None
) -> ElementList:
    """Return a file's content as an ElementList. Raises OSError, CaptionsError, InvalidOption."""
    from scribedock_captions.conversion.elementlist import elementlist_of

    read = _read(source, format)
    warn(source, read)
    return elementlist_of(read, language=language, duration=duration) if _is_file(read) else read


def _read(
    source: Path, format: str | None, *, language: str = "", encoding: str = ""
) -> ElementList | CueFile:
    from scribedock_captions.elementlist.codec import looks_like_json, parse
    from scribedock_captions.elementlist.normalisation import normalised
    from scribedock_captions.readers import TextFormat, read

    data = sys.stdin.buffer.read() if str(source) == "-" else source.read_bytes()
    if (format or "").upper() == ELEMENTLIST or (format is None and looks_like_json(data)):
        return normalised(parse(data))
    if format is not None and format.lower() not in TextFormat.__members__.values():
        raise InvalidOption(f"--from: {format!r} is none of elementlist, {', '.join(TextFormat)}")
    chosen = None if format is None else TextFormat(format.lower())
    return read(data, chosen, language=language, encoding=encoding)


def _format(target: Path, to: str | None) -> CaptionFormat | None:
    """Return the format to write; None for an ElementList."""
    from scribedock_captions.writers import WRITERS, CaptionFormat

    known = [*CaptionFormat.__members__, ELEMENTLIST]
    if to is not None:
        if to.upper() not in known:
            raise InvalidOption(f"--to: {to!r} is none of {', '.join(known)}")
        return None if to.upper() == ELEMENTLIST else CaptionFormat(to.upper())
    name = target.name.lower()
    if name.endswith(".json"):
        return None
    found = [format for format, writer in WRITERS.items() if name.endswith(writer.extension)]
    best = max(found, key=lambda format: len(WRITERS[format].extension), default=None)
    if best is None or len({*found} - {CaptionFormat.TRANSCRIPT}) > 1:
        raise InvalidOption(f"--to: {target.name!r} does not say the format; give one of {', '.join(known)}")
    return best


def _converted(
    read: ElementList | CueFile,
    format: CaptionFormat | None,
    options: CaptionOptions,
    metadata: Metadata,
    *,
    language: str | None,
    duration: int | None,
    anew: bool,
    rebreak: bool,
) -> tuple[bytes, tuple[str, ...]]:
    """Return the bytes of the target, and what of the source it cannot show."""
    from dataclasses import replace

    from scribedock_captions import lay_out, render, to_json
    from scribedock_captions.conversion.elementlist import elementlist_of

    if format is None:
        if not _is_file(read):
            return to_json(replace(read, language=language) if language else read), ()
        return to_json(elementlist_of(read, language=language or "", duration=duration)), ()
    document: CaptionDocument = lay_out(
        read,
        options,
        format=format,
        anew=anew,
        rebreak=rebreak,
        duration=duration,
        language=language or "",
        metadata=metadata,
    )
    return render(document, format).body, document.losses


def _write(target: Path, body: bytes) -> None:
    if str(target) == "-":
        sys.stdout.buffer.write(body)
        return
    try:
        target.write_bytes(body)
    except OSError as error:
        _fail(f"{target}: {error.strerror}")


def _fail(message: str) -> NoReturn:
    print(f"scribedock: {printable(message)}", file=sys.stderr)
    raise typer.Exit(2)
