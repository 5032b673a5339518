"""The direction of imports: downwards only."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import scribedock

PACKAGE = Path(scribedock.__file__).parent
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
    {"captions", "children", "storage", "db"},
    {"keys", "mail"},
    {"data_folder", "setting_names"},
    {"allowance", "settings", "errors", "clock", "logs", "findings", "locked_file", "sealing", "__init__"},
    {"terminal"},
]
RANK = {part: rank for rank, row in enumerate(ROWS) for part in row}
LIBRARY_OF_ITS_OWN = {"lxml", "regex", "scribedock"} | set(sys.stdlib_module_names)


def part_of(module: str) -> str:
    """`captions` for `scribedock.captions.layout`."""
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
            found |= {f"{module}.{alias.name}" if module == "scribedock" else module for alias in node.names}
    return found


def modules() -> list[tuple[str, Path]]:
    return [
        (str(path.relative_to(PACKAGE).with_suffix("")).split("/")[0], path)
        for path in sorted(PACKAGE.rglob("*.py"))
    ]


def test_every_part_has_its_place() -> None:
    assert {part for part, _ in modules()} <= RANK.keys()


def test_no_import_runs_upwards() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {module}"
        for part, path in modules()
        for module in imports_of(path)
        if module.startswith("scribedock")
        and part_of(module) in RANK
        and part_of(module) != part
        and RANK[part_of(module)] <= RANK[part]
    ]
    assert wrong == []


def test_the_captions_library_stands_alone() -> None:
    for path in (PACKAGE / "captions").rglob("*.py"):
        for module in imports_of(path):
            assert module.split(".")[0] in LIBRARY_OF_ITS_OWN, f"{path} imports {module}"
            if module.startswith("scribedock"):
                assert module.startswith(("scribedock.captions", "scribedock.errors")), f"{path}: {module}"


def test_the_command_line_imports_nothing_heavy() -> None:
    heavy = (
        "av",
        "numpy",
        "onnxruntime",
        "faster_whisper",
        "pocketsphinx",
        "dbos",
        "obstore",
        "sqlalchemy",
        "starlette",
    )
    code = f"import sys, scribedock.cli; print([name for name in {heavy!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
