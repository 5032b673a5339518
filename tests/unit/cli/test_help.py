"""Help, version, and what the command line says where something is wrong."""

from __future__ import annotations

import fcntl
import os
import pty
import shlex
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from scribedock import __version__
from scribedock.cli.help import EXAMPLES, GROUPS
from scribedock.cli.main import cli
from scribedock.settings import Settings
from scribedock.speech.models.installed import catalogue
from tests.support import commands

READING = (
    *("status", "jobs list", "jobs late", "jobs show 0000", "jobs watch", "jobs watch 0000"),
    *("callbacks list", "callbacks show 0000", "audit", "account list", "account tree", "keys show"),
    "uploads list 0",
)
CHANGING = ("jobs retry 0000", "jobs cancel 0000", "callbacks resend 0000", "account rename a b")


def command_paths(group: typer.Typer, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for each in group.registered_commands:
        yield (*path, each.name or each.callback.__name__)  # type: ignore[union-attr]
    for below in group.registered_groups:
        assert below.typer_instance is not None and below.name
        if below.typer_instance.registered_callback is not None:  # it is a command too
            yield (*path, below.name)
        yield from command_paths(below.typer_instance, (*path, below.name))


PATHS = sorted(command_paths(cli))


def scribedock(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **{f"SCRIBEDOCK_{name.upper()}": value for name, value in settings.items()}}
    return subprocess.run(
        [sys.executable, "-m", "scribedock", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def on_a_terminal(columns: int, *arguments: str, folder: Path) -> list[str]:
    """Return the lines that a command prints on a terminal of this width."""
    terminal, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-m", "scribedock", *arguments, "--data-dir", str(folder)],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        env={**environment, "TERM": "dumb", "NO_COLOR": "1"},
    )
    os.close(inside)
    printed = b""
    try:
        while part := os.read(terminal, 65536):
            printed += part
    except OSError:  # how Linux says that the other side is closed
        pass
    process.wait()
    os.close(terminal)
    return printed.decode().splitlines()


def test_the_version_is_printed() -> None:
    assert commands.run("--version").output == f"scribedock {__version__}\n"


def test_each_command_is_in_a_group_and_every_text_is_whole() -> None:
    shown = commands.run("-h", columns=80).output
    named = {name for names in GROUPS.values() for name in names}
    assert named == {path[0] for path in PATHS}
    assert all(f"{title}:" in shown for title in GROUPS)
    assert "..." not in shown.partition("\n")[2]  # behind the line of usage
    assert all(len(line) <= 80 for line in shown.splitlines())


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_each_command_explains_its_options_and_has_examples_that_it_understands(
    path: tuple[str, ...],
) -> None:
    shown = commands.run(*path, "-h", columns=80)
    assert shown.exit_code == 0, shown.output
    examples = EXAMPLES[" ".join(path)]
    assert all(f"    {example}\n" in shown.output for example in examples)
    for example in examples:
        words = [word for word in shlex.split(example.partition(">>")[0]) if "=" not in word]
        assert tuple(words[1 : 1 + len(path)]) == path and words[0] == "scribedock"
        options = [word for word in words if word.startswith("--")]
        assert all(option in shown.output for option in options)


@pytest.mark.parametrize("arguments", [*READING, *CHANGING])
def test_a_command_about_what_there_is_creates_nothing(tmp_path: Path, arguments: str) -> None:
    folder = tmp_path / "data"
    done = commands.run(*arguments.split(), "--data-dir", str(folder))
    assert done.exit_code == 2
    assert done.stderr == (
        f"scribedock: no server has used {folder} yet; scribedock serve creates what it needs\n"
    )
    assert not folder.exists()


def test_the_doctor_and_the_lists_create_nothing_either(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for arguments in (["doctor"], ["settings"], ["models", "list"]):
        done = scribedock(*arguments, "--data-dir", str(folder))
        assert done.returncode == 0, done.stdout + done.stderr
        assert not folder.exists()
        if arguments == ["doctor"]:
            assert f"no server has used {folder} yet" in done.stdout


@pytest.mark.parametrize("port", ["99999", "65536", "-1"])
def test_a_port_that_is_none_is_refused_in_one_line(tmp_path: Path, port: str) -> None:
    done = scribedock("serve", "--port", port, "--data-dir", str(tmp_path / "data"))
    assert done.returncode == 2
    assert done.stderr == f"scribedock: --port: {port} is no port; give one from 0 to 65535\n"


@pytest.mark.parametrize("content", [b"", b"no certificate\n"])
def test_a_certificate_that_is_none_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.pem"
    file.write_bytes(content)
    given = ("--tls-cert", str(file), "--tls-key", str(file), "--data-dir", str(tmp_path / "data"))
    done = scribedock("serve", "--port", "0", *given)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert str(file) in done.stderr


@pytest.mark.parametrize("arguments", ["serve --port 0", "worker", "account create maria --password-stdin"])
def test_a_database_that_refuses_is_named_in_one_line(tmp_path: Path, arguments: str) -> None:
    done = scribedock(
        *arguments.split(),
        "--data-dir",
        str(tmp_path / "data"),
        database_url="postgresql://maria:hunter2@127.0.0.1:1/captions",
        database_wait_s="0.1",
    )
    assert done.returncode == 2
    said = done.stderr.splitlines()
    assert "Connection refused" in said[-1] and said[-1].startswith("scribedock: ")
    assert [line for line in said[:-1] if "waiting" not in line] == []
    assert "hunter2" not in done.stderr


def test_a_file_that_is_no_database_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "scribedock.sqlite").write_bytes(b"no database " * 1000)
    done = scribedock("serve", "--port", "0", "--data-dir", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr == "scribedock: the database cannot be used: file is not a database\n"


def test_names_of_models_are_whole_on_a_narrow_terminal(tmp_path: Path) -> None:
    lines = on_a_terminal(80, "models", "list", folder=tmp_path)
    assert all(any(line.startswith(f"{name} ") for line in lines) for name in catalogue())
    assert all(len(line.rstrip()) <= 80 for line in lines)
    assert "…" not in "".join(lines)


def test_names_and_meanings_of_settings_are_whole_on_a_narrow_terminal(tmp_path: Path) -> None:
    lines = on_a_terminal(80, "settings", folder=tmp_path)
    names = [line.partition("=")[0] for line in lines if not line.startswith(" ")]
    assert sorted(names) == sorted(f"SCRIBEDOCK_{name.upper()}" for name in Settings.model_fields)
    meanings = " ".join(" ".join(lines).split())
    assert all(" ".join(field.description.split()) in meanings for field in Settings.model_fields.values())  # type: ignore[union-attr]
    assert all(len(line) <= 80 for line in lines if line.startswith(" "))


def test_the_doctor_wraps_between_words_on_a_narrow_terminal(tmp_path: Path) -> None:
    lines = on_a_terminal(80, "doctor", folder=tmp_path / "data")
    long = [line for line in lines if len(line) > 80]
    assert all(len(line.split()) <= 3 for line in long), long  # but for a path that is longer by itself
    assert any(line.startswith("  ") for line in lines)
