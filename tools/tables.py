"""Writes the generated parts of docs/.

Settings, options, calls, states and examples of captions come from the code, the measurements of the speech
engines from docs/speech.csv, what is said of accessibility from docs/accessibility.csv.

python tools/tables.py          write them
python tools/tables.py --check  say which file is out of date
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import MISSING, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

import accessibility
import caption_examples
import speech_figures

import frontend
from scribedock.accounts.scopes import Right
from scribedock.api.application import CALL_MODULES
from scribedock.api.registry import CALLS, Call, ConditionalRight
from scribedock.jobs.job import JobStatus
from scribedock.jobs.states import TRANSITIONS, first
from scribedock.persons.roles import Role, permissions
from scribedock.settings import Settings
from scribedock_captions.options import CaptionOptions, TranscriptOptions

DOCS = Path(__file__).resolve().parent.parent / "docs"
TESTS = DOCS.parent / "tests" / "api"
assert CALL_MODULES  # importing them has filled CALLS


def settings() -> str:
    rows = [("setting", "default", "meaning")]
    rows += [(f"`{name}`", _code(value), meaning) for name, value, meaning in Settings().printable()]
    return _table(rows)


def options(kind: type[Any]) -> str:
    rows = [("option", "default", "meaning")]
    for option in fields(kind):
        default = option.default if option.default is not MISSING else ""
        rows.append((f"`{option.name}`", _code(_spelled(default)), option.metadata["help"]))
    return _table(rows)


def calls() -> str:
    rows = [("call", "what it does", "answer", "test")]
    seen = set()
    for call in CALLS.values():
        if call.path not in seen:
            seen.add(call.path)
            summary = (call.function.__doc__ or "").strip().splitlines()[0]
            answer = _code(call.answer) if call.answer[0] in "{[" else call.answer
            test = _test_of(call.path)
            rows.append((f"`{call.path}`", summary, answer, f"[{test}](../tests/api/{test})"))
    return _table(rows)


def roles() -> str:
    """Return which call each role may make, as the calls and the roles themselves say."""
    rows = [("call", *(role.value for role in Role))]
    for call in sorted({call.path: call for call in CALLS.values() if call.needs_token}.values(), key=_path):
        needed = {"": call.needs}
        if isinstance(call.needs, ConditionalRight):
            needed = {"": call.needs.usual, f", `{call.needs.case}`": call.needs.special}
        rows += [
            (f"`{call.path}`{case}", *(_may(role, right, call.gives_contents) for role in Role))
            for case, right in needed.items()
        ]
    return _table(rows)


def _path(call: Call[Any]) -> str:
    return call.path


def _may(role: Role, right: Right, contents: bool) -> str:
    if permissions(role).permit(right, contents=contents):
        return "yes"
    granted = permissions(role, contents_granted=True).permit(right, contents=contents)
    return "if granted" if granted else ""


def _test_of(path: str) -> str:
    """Return the file of tests of a call: named after it, and making the call."""
    group, name = path.split("/")
    names = (name, f"get_{name}") if group in ("account", "job") else (f"{group}_{name}", group)
    made = re.compile(rf'("|/api/){path}(?!\w)')
    for candidate in (TESTS / f"test_{each}.py" for each in names):
        if candidate.exists() and made.search(candidate.read_text()):
            return candidate.name
    raise SystemExit(f"there is no tests/api/test_{names[0]}.py that calls {path}")


def states() -> str:
    """Return the state machine as a Mermaid diagram, which Markdown viewers draw."""
    lines = [f'    state "{status}" as {status.name}' for status in JobStatus]
    lines += [
        f"    [*] --> {first(needs_authorization=False).name}: new",
        f"    [*] --> {first(needs_authorization=True).name}: new, where jobs are to be authorized",
    ]
    events: dict[tuple[JobStatus, JobStatus], list[str]] = {}
    for (before, event), following in TRANSITIONS.items():
        events.setdefault((before, following), []).append(event.value)
    lines += [
        f"    {before.name} --> {following.name}: {' / '.join(names)}"
        for (before, following), names in events.items()
    ]
    ends = set(JobStatus) - {before for before, _ in TRANSITIONS}
    lines += [f"    {status.name} --> [*]" for status in JobStatus if status in ends]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```", ""])


def bundled() -> str:
    """Return what the web application's scripts contain of others, as the bundler has found it."""
    found = json.loads((frontend.BUNDLE / frontend.LICENCES).read_text())
    rows = [(f"{each['name']} {each['version']}", each["identifier"]) for each in found]
    return _table([("package", "licence"), *sorted(rows)])


TABLES: dict[str, tuple[str, Callable[[], str]]] = {
    "settings": ("configuration.md", settings),
    "caption options": ("captions.md", lambda: options(CaptionOptions)),
    "transcript options": ("captions.md", lambda: options(TranscriptOptions)),
    "caption formats": ("captions.md", caption_examples.formats),
    "caption examples": ("captions.md", caption_examples.captions),
    "transcript examples": ("captions.md", caption_examples.transcripts),
    "calls": ("api.md", calls),
    "roles": ("persons.md", roles),
    "states": ("states.md", states),
    "bundled packages": ("licences.md", bundled),
    "speech": ("speech.md", speech_figures.table),
    "missed criteria": ("accessibility.md", accessibility.missed),
    "wcag": ("accessibility.md", lambda: _table(accessibility.wcag_rows())),
    "en 301 549": ("accessibility.md", lambda: _table(accessibility.en_rows())),
}
WHOLE_FILES: dict[str, Callable[[], str]] = {
    "speech.svg": speech_figures.picture,
    "openacr.yaml": accessibility.openacr,
}


def updated(text: str, name: str, table: str) -> str:
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"no place for the table of {name}")
    return pattern.sub(lambda match: f"{match.group(1)}\n{table}\n{match.group(2)}", text)


def _spelled(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return "[" + ",".join(f'"{each}"' for each in value) + "]"
    return "" if value is None else str(value)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _table(rows: list[tuple[str, ...]]) -> str:
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in escaped]
    return "\n".join([lines[0], "| " + " | ".join("---" for _ in rows[0]) + " |", *lines[1:], ""])


def main(check: bool) -> int:
    stale = []
    for name, (file, make) in TABLES.items():
        if make is bundled and not frontend.is_built():
            print(f"docs/{file}: the table of {name} stays as it is; run make web first", file=sys.stderr)
            continue
        path = DOCS / file
        before = path.read_text()
        after = updated(before, name, make())
        if after != before:
            stale.append(file)
            if not check:
                path.write_text(after)
    for file, write in WHOLE_FILES.items():
        path = DOCS / file
        if not path.exists() or path.read_text() != write():
            stale.append(file)
            if not check:
                path.write_text(write())
    for file in stale:
        print(f"docs/{file} {'is out of date; run make docs' if check else 'is written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
