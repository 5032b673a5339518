"""Which servers run in a data folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from scribedock.clock import utc_now
from scribedock.host.presence import FOLDER, PREFIX, announce, present_servers, sweep

URL = "http://127.0.0.1:8024"


def test_a_server_is_present_until_it_says_goodbye(tmp_path: Path) -> None:
    assert present_servers(tmp_path) == []
    now = utc_now()
    file = announce(tmp_path, url=URL, version="1.2", since=now)
    (found,) = present_servers(tmp_path)
    assert (found.url, found.version, found.since) == (URL, "1.2", now)
    file.close()
    assert present_servers(tmp_path) == []


def test_a_server_that_was_killed_is_not_present(tmp_path: Path) -> None:
    code = f"""
import os
from pathlib import Path
from scribedock.clock import utc_now
from scribedock.host.presence import announce
kept = announce(Path({str(tmp_path)!r}), url={URL!r}, version="1", since=utc_now())
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", code], check=False)
    assert len(list((tmp_path / FOLDER).iterdir())) == 1
    assert present_servers(tmp_path) == []
    sweep(tmp_path)
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_a_file_of_something_else_is_passed_over(tmp_path: Path) -> None:
    file = announce(tmp_path, url=URL, version="1", since=utc_now())
    other = announce(tmp_path, url=URL, version="1", since=utc_now())
    other.path.write_text('{"url": 1')
    third = announce(tmp_path, url=URL, version="1", since=utc_now())
    third.path.write_text("[]")
    assert other.path.name.startswith(PREFIX)
    assert len(present_servers(tmp_path)) == 1
    for each in (file, other, third):
        each.close()
