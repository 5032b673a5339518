"""The help of the commands: in groups, with examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer
from typer.core import TyperGroup

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Run": ("serve", "worker", "demo", "walk"),
    "Set up": ("settings", "doctor", "models", "storage", "keys"),
    "Look after": ("account", "jobs", "uploads", "audit"),
    "Without a server": ("transcribe", "captions", "upload"),
}
EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "serve": (
        "scribedock serve --port 9000 --data-dir /var/lib/scribedock",
        "scribedock serve --sandbox --data-dir sandbox",
    ),
    "worker": ("scribedock worker --data-dir /var/lib/scribedock",),
    "demo": ("scribedock demo --media lecture.mp4",),
    "walk": ("scribedock walk --url https://captions.example.org --username maria",),
    "settings": ("SCRIBEDOCK_SESSION_IDLE_S=600 scribedock settings",),
    "doctor": ("scribedock doctor --data-dir /var/lib/scribedock",),
    "transcribe": (
        "scribedock transcribe lecture.mp4",
        "scribedock transcribe recordings -o captions -f srt,vtt,txt --language en",
        "scribedock transcribe interview.wav --speakers 2 --format txt -o -",
    ),
    "upload": ("scribedock upload https://captions.example.org/upload/… lecture.mp4",),
    "audit": (
        "scribedock audit --account maria --since 2026-01-31",
        "scribedock audit --failed-logins --limit 20",
    ),
    "account create": ("scribedock account create maria --email maria@example.org",),
    "account passwd": ("scribedock account passwd maria",),
    "account disable": ("scribedock account disable maria",),
    "account enable": ("scribedock account enable maria",),
    "account reviewer": ("scribedock account reviewer maria", "scribedock account reviewer maria --revoke"),
    "account sandbox": ("scribedock account sandbox maria-test on",),
    "account list": ("scribedock account list",),
    "account tree": ("scribedock account tree maria",),
    "jobs late": ("scribedock jobs late",),
    "uploads list": ("scribedock uploads list 64bea283eff6475ea6596027a6ba0929",),
    "uploads cancel": ("scribedock uploads cancel 64bea283eff6475ea6596027a6ba0929",),
    "keys generate": ("scribedock keys generate >> /etc/scribedock.env",),
    "keys show": ("scribedock keys show",),
    "keys rotate": ("scribedock keys rotate",),
    "keys accept": ("scribedock keys accept --yes",),
    "models list": ("scribedock models list",),
    "models pull": (
        "scribedock models pull whisper-small",
        "scribedock models pull whisper-base campplus --mirror https://models.example.org",
    ),
    "models check": ("scribedock models check",),
    "models path": ("scribedock models path whisper-small",),
    "storage check": ("SCRIBEDOCK_STORAGE_URL=s3://recordings scribedock storage check",),
    "captions convert": ("scribedock captions convert lecture.srt lecture.vtt",),
    "captions check": ("scribedock captions check lecture.srt",),
    "captions describe": ("scribedock captions describe 64bea283eff6475ea6596027a6ba0929 description.srt",),
}
COLUMN_GAP = 2
INDENT = 2


class CommandGroup(TyperGroup):
    """A command with commands below it, which its help shows in groups and without cutting their texts."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands as one list for each group; those of no group come last."""
        texts = {name: self.commands[name] for name in self.list_commands(ctx)}
        width = formatter.width - INDENT - COLUMN_GAP - max(map(len, texts), default=0)
        remaining = dict(texts)
        for title, names in {**GROUPS, "Commands": tuple(texts)}.items():
            rows = [
                (name, remaining.pop(name).get_short_help_str(limit=10 * width))
                for name in names
                if name in remaining
            ]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


def add_examples(group: typer.Typer, path: str = "") -> None:
    """Give each command below the group its examples, as the end of its help."""
    for each in group.registered_commands:
        name = each.name or getattr(each.callback, "__name__", "")
        examples = EXAMPLES.get(f"{path} {name}".strip(), ())
        if examples:
            each.epilog = "\n".join(("\b", "Examples:", *(f"  {example}" for example in examples)))
    for below in group.registered_groups:
        if below.typer_instance is not None:
            add_examples(below.typer_instance, f"{path} {below.name or ''}".strip())
