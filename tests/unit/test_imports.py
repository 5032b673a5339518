"""The direction of imports: downwards only."""

from __future__ import annotations

import ast
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
    {"backup", "batch", "demo", "server", "worker"},
    {"web"},
    {"api", "supervisor", "workflows"},
    {"app", "testing"},
    {"workflow"},
    {"intake", "sandbox"},
    {"monitoring", "ordering"},
    {"retention"},
    {"related", "results", "reviews"},
    {"orders", "parsing", "reports", "search", "uploads"},
    {"jobs", "speech"},
    {"budgets", "translation", "webhooks"},
    {"persons"},
    {"accounts", "dispatch", "media", "rendering"},
    {"children", "db", "storage"},
    {"keys", "logs", "mail", "metrics", "tracing"},
    {"host"},
    {"clock", "errors", "settings", "__init__"},
    {"setting_groups"},
    {"setting_values"},
]
API_ROWS = [
    {"application"},
    {"calls"},
    {"auditing", "folding", "health", "masking", "reference", "unknown_parameters"},
    {"openapi"},
    {"registry"},
    {"schema"},
    {"progress_hub", "transport"},
    {"errors", "faults", "__init__"},
]
MEDIA_ROWS = [
    {"playback"},
    {"joined"},
    {"ffmpeg", "text_to_speech"},
    {"audio", "forkserver", "probe", "program"},
    {"fenced", "process", "program_child"},
    {"fence", "fetching", "forking", "formats", "limits", "unusable", "__init__"},
]
SPEECH_ROWS = [
    {"configured"},
    {"assembly", "engines", "models", "pool", "speech_translation"},
    {"alignment", "diarization", "sounds"},
    {"noise"},
    {"chinese", "coverage", "doubt", "language_id", "timing", "vad"},
    {"pauses", "recognizer"},
    {"catalogue", "span", "__init__"},
]
UPLOAD_ROWS = [
    {"transfer"},
    {"http"},
    {"uploads"},
    {"direct"},
    {"core"},
    {"checksums", "grant", "__init__"},
]
WORKFLOW_ROWS = [
    {
        "delivery",
        "derive",
        "realign",
        "receive",
        "renditions",
        "sandbox",
        "send_mail",
        "transcription",
        "fetch_transcript",
    },
    {"eraser", "lease", "steps"},
    {"engine"},
    {"engine_client"},
    {"engine_sqlite", "needs", "outages", "saved_steps", "__init__"},
]
CAPTION_ROWS = [
    {"__init__"},
    {"burn_in", "pipeline"},
    {"conversion", "rendering"},
    {"quality", "readers"},
    {"writers"},
    {"document"},
    {"layout"},
    {"text"},
    {"presets"},
    {"options"},
    {"caption", "elementlist", "srt_template"},
    {"cea608", "errors", "placement", "style"},
]
NEEDED_BY_CAPTIONS = {"anyascii", "budoux", "chardet", "lxml", "regex", "scribedock_captions"} | set(
    sys.stdlib_module_names
)


HOUSE = {
    "scribedock": ROWS,
    "scribedock.api": API_ROWS,
    "scribedock.media": MEDIA_ROWS,
    "scribedock.speech": SPEECH_ROWS,
    "scribedock.uploads": UPLOAD_ROWS,
    "scribedock.workflow": WORKFLOW_ROWS,
    "scribedock_captions": CAPTION_ROWS,
}


def folder_of(package: str) -> Path:
    return PACKAGE.parent / package.replace(".", "/")


def part_of(module: str, package: str) -> str:
    """`speech` for `scribedock.speech.vad` in `scribedock`."""
    inside = module.removeprefix(package).split(".")
    return inside[1] if len(inside) > 1 else "__init__"


def is_package(module: str) -> bool:
    return module.split(".")[0] in (*ROOTS, "tests") and folder_of(module).is_dir()


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} uses a relative import"
            module = node.module or ""
            found |= {f"{module}.{alias.name}" if is_package(module) else module for alias in node.names}
    return found


def modules(package: Path) -> list[tuple[str, Path]]:
    return [
        (str(path.relative_to(package).with_suffix("")).split("/")[0], path)
        for path in sorted(package.rglob("*.py"))
    ]


@pytest.mark.parametrize("package", HOUSE)
def test_every_part_has_its_place(package: str) -> None:
    assert {part for part, _ in modules(folder_of(package))} == set().union(*HOUSE[package])


@pytest.mark.parametrize("package", HOUSE)
def test_no_import_runs_upwards(package: str) -> None:
    rank = {part: number for number, row in enumerate(HOUSE[package]) for part in row}
    wrong = [
        f"{path.relative_to(folder_of(package))} imports {module}"
        for part, path in modules(folder_of(package))
        for module in imports_of(path)
        if f"{module}.".startswith(f"{package}.")
        and part_of(module, package) in rank
        and part_of(module, package) != part
        and rank[part_of(module, package)] <= rank[part]
    ]
    assert wrong == []


def test_the_captions_package_imports_nothing_of_the_server() -> None:
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


def test_no_test_module_imports_a_test_module() -> None:
    wrong = [
        f"{path.relative_to(TESTS)} imports {module}"
        for path in TESTS.rglob("*.py")
        for module in imports_of(path)
        if module.startswith("tests.") and "test_" in module
    ]
    assert wrong == []


@pytest.mark.parametrize("package", [PACKAGE, CAPTIONS], ids=ROOTS)
def test_a_folder_is_documented_and_not_too_full(package: Path) -> None:
    for path in package.rglob("__init__.py"):
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
    code = f"import sys, scribedock.cli.main; print([name for name in {heavy!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
