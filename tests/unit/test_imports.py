"""The direction of imports: downwards only."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import scribedock
import scribedock_captions

ROOTS = ("scribedock", "scribedock_captions")
TESTS = Path(__file__).parent.parent
PACKAGE = Path(scribedock.__file__).parent
CAPTIONS = Path(scribedock_captions.__file__).parent
# From top to bottom: a part may import the parts of lower rows, and itself.
ROWS = [
    {"__main__"},
    {"cli"},
    {
        "account_commands",
        "caption_commands",
        "demo",
        "doctor",
        "job_commands",
        "key_commands",
        "model_commands",
        "server",
        "upload_client",
    },
    {"caption_check", "command_line"},
    {"supervisor"},
    {"api", "web", "worker"},
    {"slots", "workflows"},
    {"app"},
    {"workflow"},
    {"sandbox"},
    {"uploads"},
    {"parsing"},
    {"jobs", "speech"},
    {"translation"},
    {"accounts", "dispatch", "media", "rendering"},
    {"children", "storage", "db"},
    {"keys", "mail"},
    {"data_folder", "setting_names"},
    {"allowance", "settings", "errors", "clock", "logs", "findings", "locked_file", "sealing", "__init__"},
    {"terminal"},
]
CAPTION_ROWS = [
    {"__init__"},
    {"burn_in", "pipeline"},
    {"rendering"},
    {"quality", "readers", "writers"},
    {"document"},
    {"layout"},
    {"text"},
    {"presets"},
    {"options"},
    {"caption", "elementlist", "srt_template"},
    {"errors"},
]
NEEDED_BY_CAPTIONS = {"lxml", "regex", "scribedock_captions"} | set(sys.stdlib_module_names)


def part_of(module: str) -> str:
    """`speech` for `scribedock.speech.vad`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} uses a relative import"
            module = node.module or ""
            found |= {f"{module}.{alias.name}" if module in ROOTS else module for alias in node.names}
    return found


def modules(package: Path) -> list[tuple[str, Path]]:
    return [
        (str(path.relative_to(package).with_suffix("")).split("/")[0], path)
        for path in sorted(package.rglob("*.py"))
    ]


@pytest.mark.parametrize(("package", "rows"), [(PACKAGE, ROWS), (CAPTIONS, CAPTION_ROWS)], ids=ROOTS)
def test_every_part_has_its_place(package: Path, rows: list[set[str]]) -> None:
    assert {part for part, _ in modules(package)} == set().union(*rows)


@pytest.mark.parametrize(("package", "rows"), [(PACKAGE, ROWS), (CAPTIONS, CAPTION_ROWS)], ids=ROOTS)
def test_no_import_runs_upwards(package: Path, rows: list[set[str]]) -> None:
    rank = {part: number for number, row in enumerate(rows) for part in row}
    wrong = [
        f"{path.relative_to(package)} imports {module}"
        for part, path in modules(package)
        for module in imports_of(path)
        if module.split(".")[0] == package.name
        and part_of(module) in rank
        and part_of(module) != part
        and rank[part_of(module)] <= rank[part]
    ]
    assert wrong == []


def test_the_captions_package_stands_alone() -> None:
    wrong = [
        f"{path.relative_to(CAPTIONS)} imports {module}"
        for _, path in modules(CAPTIONS)
        for module in imports_of(path)
        if module.split(".")[0] not in NEEDED_BY_CAPTIONS
    ]
    assert wrong == []


def test_the_tests_of_the_captions_package_need_no_server() -> None:
    wrong = [
        f"{path.relative_to(TESTS)} imports {module}"
        for path in (TESTS / "captions").rglob("*.py")
        for module in imports_of(path)
        if module.split(".")[0] == "scribedock"
        or (module.split(".")[0] == "tests" and not module.startswith("tests.captions"))
    ]
    assert wrong == []


def test_a_folder_of_the_captions_package_says_what_lives_there_and_is_no_attic() -> None:
    for path in CAPTIONS.rglob("__init__.py"):
        assert ast.get_docstring(ast.parse(path.read_text())), path
        assert len(list(path.parent.glob("*.py"))) <= 15, path.parent


def test_the_command_line_imports_nothing_heavy() -> None:
    heavy = (
        "av",
        "numpy",
        "onnxruntime",
        "faster_whisper",
        "pocketsphinx",
        "dbos",
        "lxml",
        "regex",
        "obstore",
        "sqlalchemy",
        "starlette",
    )
    code = f"import sys, scribedock.cli; print([name for name in {heavy!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


BENCHMARKS = sorted((TESTS.parent / "benchmarks").glob("*.py"))


@pytest.mark.parametrize("script", BENCHMARKS, ids=lambda path: path.stem)
def test_what_a_benchmark_imports_of_ours_is_there(script: Path) -> None:
    for node in ast.parse(script.read_text()).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in (*ROOTS, "tests"):
            module = importlib.import_module(str(node.module))
            for name in node.names:
                if not hasattr(module, name.name):
                    importlib.import_module(f"{node.module}.{name.name}")
