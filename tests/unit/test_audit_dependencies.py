"""What is said after an audit of the dependencies; above all, that none was made."""

from __future__ import annotations

import importlib.util
import stat
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FILE = Path(__file__).parents[2] / "tools" / "audit_dependencies.py"
FINE = {"name": "anyio", "version": "4.8", "vulns": []}
VULNERABLE = {
    "name": "jinja2",
    "version": "2.10",
    "vulns": [{"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"], "description": "…"}],
}
SKIPPED = {"name": "limits", "skip_reason": "Dependency not found on PyPI"}


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit_dependencies", FILE)
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("dependencies", "said"),
    [
        ([FINE], ["1 of 1 packages audited, 0 vulnerabilities known"]),
        (
            [FINE, VULNERABLE],
            [
                "jinja2 2.10: PYSEC-2019-217, fixed in 2.10.1",
                "2 of 2 packages audited, 1 vulnerabilities known",
            ],
        ),
        ([FINE, SKIPPED], ["not audited: limits", "1 of 2 packages audited, 0 vulnerabilities known"]),
        (
            [SKIPPED, SKIPPED],
            [
                "NOT AUDITED: the source of vulnerabilities answers for none of 2 packages",
                "0 of 2 packages audited, 0 vulnerabilities known",
            ],
        ),
    ],
)
def test_what_was_not_audited_is_said(
    tool: ModuleType, dependencies: list[dict[str, Any]], said: list[str]
) -> None:
    assert tool.messages(tool.findings({"dependencies": dependencies})) == said


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ('{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}', 0, "1 of 1 packages audited"),
        (
            '{"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "X", "fix_versions": []}]}]}',
            1,
            "fixed in no version yet",
        ),
        ("", 0, "NOT AUDITED: pip-audit failed: cannot be reached"),
    ],
)
def test_only_a_vulnerability_fails(
    tool: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], answer: str, status: int, said: str
) -> None:
    program = tmp_path / "pip-audit"
    program.write_text(f"#!/bin/sh\nprintf '%s' '{answer}'\necho 'cannot be reached' >&2\nexit 1\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    assert tool.main(str(program)) == status
    assert said in capsys.readouterr().err
