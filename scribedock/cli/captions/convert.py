"""`scribedock captions convert`: the captions library on files, without a server."""

from __future__ import annotations

import inspect
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from scribedock.errors import InvalidOption, ScribedockError
from scribedock.host.terminal import printable
from scribedock_captions.errors import CaptionsError
from scribedock_captions.options import CaptionOptions

if TYPE_CHECKING:
    from scribedock_captions.document import Metadata
    from scribedock_captions.elementlist.model import ElementList
    from scribedock_captions.readers import CueFile
    from scribedock_captions.writers import CaptionFormat

ELEMENTLIST = "ELEMENTLIST"
FILE_OPTIONS = frozenset(
    ["dfxp_header", "include_dfxp_metadata", "srt_format", "line_ending_format", "utf8_mark"]
)
"""Options for how captions are written; all others are for what they are."""


def convert(
    source: Annotated[Path, typer.Argument(help="ElementList, SRT, VTT, DFXP or text; - is standard input.")],
    target: Annotated[Path, typer.Argument(help="The file to write; - is standard output.")],
    to: Annotated[
        str | None,
        typer.Option(help="Format of the target, if its name does not tell: SRT, WEB_VTT, …, ELEMENTLIST."),
    ] = None,
    source_format: Annotated[
        str | None, typer.Option("--from", help="Format of the source: elementlist, text, srt, vtt or dfxp.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Language of the source, as en or pt-br.")] = None,
    duration: Annotated[int | None, typer.Option(help="Length of the recording in ms.", min=1)] = None,
    title: Annotated[str | None, typer.Option(help="Title in the file's header; default: its name.")] = None,
    preset: Annotated[
        str | None, typer.Option(help="Start from the options of netflix, bbc, dcmp or scc.")
    ] = None,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Explain on standard error why lines and captions end where they do."),
    ] = False,
    **options: str | None,
) -> None:
    """Convert captions, or make them from an ElementList.

    Captions of a file keep their lines and times unless an option asks for others: then they are laid out
    anew, with an estimated time for each word.
    """
    from scribedock_captions.document import Metadata

    try:
        given = {name: value for name, value in options.items() if value is not None}
        chosen = _options(given, preset)
        read = _read(source, source_format)
        format = _format(target, to)
        metadata = Metadata(title=source.stem.removeprefix("-") if title is None else title)
        anew = preset is not None or explain or not given.keys() <= FILE_OPTIONS
        body = _converted(read, format, chosen, metadata, language=language, duration=duration, anew=anew)
        if explain:
            sys.stderr.write(_explained(read, format, chosen, language=language, duration=duration))
    except (ScribedockError, CaptionsError) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}")
    _write(target, body)


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
                    f"--{option.name.replace('_', '-')}", help=option.metadata["help"], metavar="VALUE"
                ),
            ],
        )
        for option in fields(CaptionOptions)
    ]
    command.__signature__ = signature.replace(parameters=[*named, *added])
    return command


def _options(given: dict[str, str], preset: str | None = None) -> CaptionOptions:
    """Parse options as the API does, on top of those of a preset."""
    from dataclasses import replace

    from scribedock.api.schema.option_models import model_of, options_from
    from scribedock.api.schema.parameters import Parameters, Repeated, read
    from scribedock_captions.presets import PRESETS, Preset

    model = model_of("ConvertOptions", Parameters, CaptionOptions)
    parameters = read(model, {name: Repeated([value]) for name, value in given.items()})
    if preset is None:
        return options_from(CaptionOptions, parameters)
    if preset not in list(Preset):
        raise InvalidOption(f"--preset: {preset!r} is none of {', '.join(Preset)}")
    added = {name: getattr(parameters, name) for name in parameters.model_fields_set}
    return replace(PRESETS[Preset(preset)], **added)


def _explained(
    read: ElementList | CueFile,
    format: CaptionFormat | None,
    options: CaptionOptions,
    *,
    language: str | None,
    duration: int | None,
) -> str:
    """Return why the captions of a format are laid out as they are."""
    from scribedock_captions.elementlist.model import ElementList
    from scribedock_captions.layout.explanation import described, explain
    from scribedock_captions.readers.conversion import elementlist_of
    from scribedock_captions.text.words import words_of
    from scribedock_captions.writers import WRITERS, CaptionFormat

    if not isinstance(read, ElementList):
        read = elementlist_of(read, language=language or "", duration=duration)
    writer = WRITERS[format or CaptionFormat.SRT]
    allowed = writer.limit_options(options)
    words = writer.convert_words(words_of(read, allowed))
    return described(explain(words, allowed, language or read.language, short_ms=writer.short_ms))


def read_source(
    source: Path, format: str | None = None, *, language: str = "", duration: int | None = None
) -> ElementList:
    """Return a file's content as an ElementList. Raises OSError, CaptionsError, InvalidOption."""
    from scribedock_captions.elementlist.model import ElementList
    from scribedock_captions.readers.conversion import elementlist_of

    read = _read(source, format)
    return (
        read if isinstance(read, ElementList) else elementlist_of(read, language=language, duration=duration)
    )


def _read(source: Path, format: str | None) -> ElementList | CueFile:
    from scribedock_captions.elementlist.codec import parse
    from scribedock_captions.elementlist.normalisation import normalised
    from scribedock_captions.readers import TextFormat, read

    data = sys.stdin.buffer.read() if str(source) == "-" else source.read_bytes()
    if (format or "").upper() == ELEMENTLIST or (format is None and data.lstrip()[:1] == b"{"):
        return normalised(parse(data))
    if format is None:
        return read(data)
    if format.lower() not in TextFormat.__members__.values():
        raise InvalidOption(f"--from: {format!r} is none of elementlist, {', '.join(TextFormat)}")
    return read(data, TextFormat(format.lower()))


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
) -> bytes:
    from dataclasses import replace

    from scribedock_captions import ElementList, lay_out, render, to_json
    from scribedock_captions.readers.conversion import elementlist_of

    if format is None:
        if isinstance(read, ElementList):
            return to_json(replace(read, language=language) if language else read)
        return to_json(elementlist_of(read, language=language or "", duration=duration))
    document = lay_out(
        read,
        options,
        format=format,
        anew=anew,
        duration=duration,
        language=language or "",
        metadata=metadata,
    )
    return render(document, format).body


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
