"""The help of the commands: in groups, with examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer
from typer.core import TyperGroup

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Run": ("serve", "worker", "watch", "demo", "walk"),
    "Set up": ("settings", "doctor", "models", "storage", "keys"),
    "Look after": (
        *("status", "jobs", "callbacks", "webhooks", "uploads", "account", "persons", "api-keys", "audit"),
    ),
    "Keep": ("backup", "restore", "erasures", "retention", "budgets"),
    "Without a server": ("transcribe", "captions", "upload"),
}
EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "serve": (
        "scribedock serve --port 9000 --data-dir /var/lib/scribedock",
        "scribedock serve --sandbox --data-dir sandbox",
    ),
    "worker": ("scribedock worker --data-dir /var/lib/scribedock",),
    "watch": (
        "scribedock watch /srv/recordings --account maria",
        "scribedock watch /srv/recordings --recursive --language auto --once",
    ),
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
        "scribedock audit --json",
    ),
    "audit export": (
        "scribedock audit export --syslog tls://logs.example.org:6514 --follow",
        "scribedock audit export --syslog unix:///dev/log",
    ),
    "audit verify": ("scribedock audit verify", "scribedock audit verify audit.jsonl"),
    "account create": ("scribedock account create maria --email maria@example.org",),
    "account passwd": ("scribedock account passwd maria",),
    "account disable": ("scribedock account disable maria",),
    "account enable": ("scribedock account enable maria",),
    "account reviewer": ("scribedock account reviewer maria", "scribedock account reviewer maria --revoke"),
    "account sandbox": ("scribedock account sandbox maria-test on",),
    "account list": ("scribedock account list",),
    "account tree": ("scribedock account tree maria",),
    "account delete": ("scribedock account delete maria-test",),
    "account rename": ("scribedock account rename maria maria-jones",),
    "persons list": ("scribedock persons list", "scribedock persons list uni --json"),
    "persons roles": ("scribedock persons roles",),
    "persons invite": (
        "scribedock persons invite uni ada@uni.example --name 'Ada Lovelace' --role reviewer",
        "scribedock persons invite uni ada@uni.example --name Ada --print-link",
    ),
    "persons withdraw": ("scribedock persons withdraw uni ada@uni.example",),
    "persons create": (
        "scribedock persons create uni --name Ada --email ada@uni.example --role requester",
        "scribedock persons create uni --name Ada --subject 4711 --role reviewer",
    ),
    "persons role": ("scribedock persons role ada@uni.example administrator --contents",),
    "persons disable": ("scribedock persons disable ada@uni.example",),
    "persons enable": ("scribedock persons enable ada@uni.example",),
    "persons remove": ("scribedock persons remove ada@uni.example --yes",),
    "persons sign-out": ("scribedock persons sign-out ada@uni.example",),
    "persons reset-second-factor": ("scribedock persons reset-second-factor ada@uni.example",),
    "persons require-second-factor": ("scribedock persons require-second-factor uni on",),
    "status": ("scribedock status", "scribedock status --json"),
    "jobs list": (
        "scribedock jobs list --state media-failure --since 3d",
        "scribedock jobs list --account maria --name 'lecture*' --limit 200",
    ),
    "jobs late": ("scribedock jobs late",),
    "jobs show": ("scribedock jobs show 64bea283eff6",),
    "jobs watch": ("scribedock jobs watch", "scribedock jobs watch 64bea283eff6"),
    "jobs retry": ("scribedock jobs retry 64bea283eff6",),
    "jobs cancel": ("scribedock jobs cancel 64bea283eff6 --reason 'by request'",),
    "jobs delete": ("scribedock jobs delete 64bea283eff6 --yes",),
    "budgets show": ("scribedock budgets show", "scribedock budgets show maria --json"),
    "budgets set": ("scribedock budgets set maria --minutes 6000 --upload-bytes 500_000_000_000",),
    "budgets clear": ("scribedock budgets clear maria",),
    "callbacks list": ("scribedock callbacks list --state failing",),
    "callbacks show": ("scribedock callbacks show 0c4f2a9d7b31",),
    "callbacks resend": ("scribedock callbacks resend 0c4f2a9d7b31",),
    "callbacks secret show": ("scribedock callbacks secret show maria",),
    "callbacks secret make": ("scribedock callbacks secret make maria --overlap 48",),
    "callbacks secret remove": ("scribedock callbacks secret remove maria",),
    "webhooks list": ("scribedock webhooks list", "scribedock webhooks list --account maria"),
    "webhooks add": (
        "scribedock webhooks add maria https://captions.example.org/events --event job.completed",
    ),
    "webhooks remove": ("scribedock webhooks remove 5d81c5b0e3a2",),
    "webhooks pause": ("scribedock webhooks pause 5d81c5b0e3a2",),
    "webhooks resume": ("scribedock webhooks resume 5d81c5b0e3a2",),
    "webhooks test": ("scribedock webhooks test 5d81c5b0e3a2",),
    "webhooks rotate": ("scribedock webhooks rotate 5d81c5b0e3a2 --overlap 48",),
    "webhooks events": ("scribedock webhooks events --state failed",),
    "webhooks resend": ("scribedock webhooks resend 9a1fd03c27e4",),
    "uploads list": ("scribedock uploads list 64bea283eff6475ea6596027a6ba0929",),
    "uploads cancel": ("scribedock uploads cancel 64bea283eff6475ea6596027a6ba0929",),
    "api-keys create": ("scribedock api-keys create maria --name encoder-3 --scope upload --days 365",),
    "api-keys list": ("scribedock api-keys list", "scribedock api-keys list maria --json"),
    "api-keys end": ("scribedock api-keys end 64bea283eff6475ea6596027a6ba0929",),
    "keys generate": ("scribedock keys generate >> /etc/scribedock.env",),
    "keys show": ("scribedock keys show",),
    "keys rotate": ("scribedock keys rotate",),
    "keys accept": ("scribedock keys accept --yes",),
    "backup": ("scribedock backup /backup/2026-01-31",),
    "restore": (
        "scribedock restore /backup/2026-01-31 --data-dir /var/lib/scribedock",
        "scribedock restore /backup/2026-01-31 --erasures /mnt/erasures.jsonl --replace",
    ),
    "erasures replay": ("scribedock erasures replay /mnt/erasures.jsonl",),
    "retention show": ("scribedock retention show", "scribedock retention show maria --json"),
    "retention set": (
        "scribedock retention set maria --recordings 90 --results 365",
        "scribedock retention set maria-archive --recordings forever --results inherit",
    ),
    "retention preview": ("scribedock retention preview --until 2026-12-31 --json",),
    "retention protect": ("scribedock retention protect 64bea283eff6475ea6596027a6ba0929",),
    "retention unprotect": ("scribedock retention unprotect 64bea283eff6475ea6596027a6ba0929",),
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
            each.epilog = _epilog(examples)
    for below in group.registered_groups:
        if below.typer_instance is not None:
            own = below.typer_instance.registered_callback  # of a group that is a command too
            examples = EXAMPLES.get(f"{path} {below.name or ''}".strip(), ())
            if own is not None and examples:
                own.epilog = _epilog(examples)
            add_examples(below.typer_instance, f"{path} {below.name or ''}".strip())


def _epilog(examples: tuple[str, ...]) -> str:
    return "\n".join(("\b", "Examples:", *(f"  {example}" for example in examples)))
