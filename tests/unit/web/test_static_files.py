"""The style sheet, the icon and the scripts, as a browser gets them."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from scribedock.web import static_files
from scribedock.web.static_files import StaticFiles, read_files
from tests.support.browser import Browser

STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)">')


def style_of(browser: Browser) -> str:
    found = STYLE.search(browser.open("/web/sign-in").answer.text)
    assert found
    return found[1]


def test_a_page_names_its_style_sheet_by_its_bytes_so_browsers_keep_it_for_good(browser: Browser) -> None:
    answer = browser.request("GET", style_of(browser))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "--accent" in answer.text


@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("GZIP; q=0.001", True),
    ],
)
def test_a_file_is_compressed_for_those_who_take_it(
    browser: Browser, accepted: str, is_compressed: bool
) -> None:
    path = style_of(browser)
    answer = browser.request("GET", path, headers={"Accept-Encoding": accepted})
    assert ("content-encoding" in answer.headers) == is_compressed
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.content == browser.request("GET", path, headers={"Accept-Encoding": ""}).content
    assert int(answer.headers["content-length"]) < len(answer.content) or not is_compressed


@pytest.mark.parametrize(
    "name", ["style.css", "manifest.json", "..%2Ftexts.py", "%2e%2e/texts.py", "x" * 5000]
)
def test_nothing_else_is_served(browser: Browser, name: str) -> None:
    assert browser.request("GET", f"/web/static/{name}").status_code == 404


@pytest.fixture
def built(tmp_path: Path) -> StaticFiles:
    styles, bundle = tmp_path / "styles", tmp_path / "bundle"
    styles.mkdir()
    bundle.mkdir()
    (styles / "2-b.css").write_text("b {}\n" * 200)
    (styles / "1-a.css").write_text("a {}\n" * 200)
    (styles / "icon.svg").write_text("<svg/>")
    chunks = {
        "src/pages/jobs.ts": {"file": "jobs.1.js", "name": "jobs", "isEntry": True, "imports": ["_a", "_b"]},
        "_a": {"file": "a.1.js", "name": "a", "imports": ["_b"]},
        "_b": {"file": "b.1.js", "name": "b"},
    }
    (bundle / "manifest.json").write_text(json.dumps(chunks))
    for chunk in chunks.values():
        (bundle / str(chunk["file"])).write_text(f"// {chunk['name']}\n")
    return read_files(styles, bundle)


def test_a_page_loads_its_script_and_all_that_it_imports_at_once(built: StaticFiles) -> None:
    assert set(built.scripts) == {"jobs"}
    assert (built.scripts["jobs"].path, built.scripts["jobs"].imports) == ("jobs.1.js", ("a.1.js", "b.1.js"))
    assert "manifest.json" not in built.files


def test_the_style_sheet_is_put_together_in_the_order_of_its_names(built: StaticFiles) -> None:
    style = built.files[built.style]
    assert style.content.startswith(b"a {}") and style.content.endswith(b"b {}\n")
    assert style.compressed is not None and gzip.decompress(style.compressed) == style.content
    assert built.files[built.icon].compressed is None, "too small to gain anything"


def test_other_bytes_have_another_name(tmp_path: Path, built: StaticFiles) -> None:
    (tmp_path / "styles" / "1-a.css").write_text("a { color: red }")
    assert read_files(tmp_path / "styles", tmp_path / "bundle").style != built.style


def test_where_the_scripts_are_not_built_the_page_says_what_to_do_and_the_rest_works(
    browsers: Callable[..., Browser], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    styles = Path(static_files.__file__).parent / "styles"
    without = read_files(styles, tmp_path)
    monkeypatch.setattr("scribedock.web.rendering.static_files", lambda: without)
    browser = browsers()
    page = browser.sign_in("admin", "a password")
    assert (page.status, page.path) == (503, "/web/jobs")
    assert "make web" in page.text
    assert browser.open("/web/you").status == 200
    assert browsers(language="de").sign_in("admin", "a password").text.count("make web") == 1
