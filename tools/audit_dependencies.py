"""Whether any version in the lock file has a known vulnerability, by pip-audit; and what could not be asked.

pip-audit passes over whatever its source of vulnerabilities does not answer for, and then finds nothing. So
this counts what was audited: exit status 1 for a vulnerability, 0 where none is known, and it says so on
standard error where packages, or all of them, could not be audited.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
ANSWER_S = 15
SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What an audit came to."""

    audited: int
    skipped: Sequence[str]  # names of packages of which nothing is known
    vulnerable: Sequence[str]  # a line for each vulnerability


def findings(report: Mapping[str, Any]) -> Findings:
    """Read the JSON that pip-audit prints."""
    skipped, vulnerable, audited = [], [], 0
    for each in report["dependencies"]:
        if "skip_reason" in each:
            skipped.append(str(each["name"]))
            continue
        audited += 1
        for found in each["vulns"]:
            fixed = ", ".join(found["fix_versions"]) or "no version yet"
            vulnerable.append(f"{each['name']} {each['version']}: {found['id']}, fixed in {fixed}")
    return Findings(audited=audited, skipped=skipped, vulnerable=vulnerable)


def messages(found: Findings) -> list[str]:
    """Return what is to be said, the worst first."""
    said = list(found.vulnerable)
    total = found.audited + len(found.skipped)
    if not found.audited:
        said.append(f"NOT AUDITED: the source of vulnerabilities answers for none of {total} packages")
    elif found.skipped:
        more = f" and {len(found.skipped) - SHOWN} more" if len(found.skipped) > SHOWN else ""
        said.append(f"not audited: {', '.join(found.skipped[:SHOWN])}{more}")
    said.append(f"{found.audited} of {total} packages audited, {len(found.vulnerable)} vulnerabilities known")
    return said


def main(program: str) -> int:
    """Run pip-audit on the lock file, say what it found, and return the exit status."""
    options = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json")
    done = subprocess.run(
        [program, *options, "--timeout", str(ANSWER_S), "--requirement", str(LOCK)],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        found = findings(json.loads(done.stdout))
    except (ValueError, KeyError, TypeError):
        reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"NOT AUDITED: pip-audit failed: {reason}", file=sys.stderr)
        return 0
    for line in messages(found):
        print(line, file=sys.stderr)
    return 1 if found.vulnerable else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
