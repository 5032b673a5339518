from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scribedock.settings import SettingsError
from scribedock.speech.catalogue import CatalogueModel, Conversion
from scribedock.speech.models import receipt
from scribedock.speech.models.installed import NamedModel
from scribedock.speech.models.mirror import Mirror
from scribedock.speech.models.pull import pull
from scribedock.speech.models.receipt import Receipt, sha256_of
from tests.unit.speech.models.conftest import NAME, MakeEntry

CUT_AT = 1000  # bytes after which the server hangs up on whoever begins at the beginning


class Served:
    """A folder served over HTTP; it notes which ranges it was asked for, and cuts the first answers short."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ranges: list[str | None] = []
        self.cuts = False
        self.resumes = True
        self.url = ""


@pytest.fixture
def served(tmp_path: Path, whisper_model: Path) -> Iterator[Served]:
    """Provide a mirror with the tests' model."""
    state = Served(tmp_path / "mirror")
    (state.folder / NAME).mkdir(parents=True)
    for path in whisper_model.iterdir():
        (state.folder / NAME / path.name).write_bytes(path.read_bytes())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = state.folder / self.path.strip("/")
            asked = self.headers.get("Range")
            state.ranges.append(asked)
            if not path.is_file():
                self.send_error(404)
                return
            content = path.read_bytes()
            first = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and state.resumes else 0
            if first and first >= len(content):
                self.send_error(416)
                return
            self.send_response(206 if first else 200)
            if first:
                self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(content) - first))
            self.end_headers()
            cut = state.cuts and not first and len(content) > CUT_AT
            self.wfile.write(content[first : CUT_AT if cut else None])
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Keep the output of the tests clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        state.url = f"http://127.0.0.1:{server.server_port}"
        yield state
        server.shutdown()


def refused(entry: NamedModel, models: Path, address: str) -> str:
    """Return why a mirror does not give a model."""
    with pytest.raises(SettingsError, match="could not be downloaded from the mirror") as caught:
        pull(entry, models, [Mirror(address)], tell=print)
    assert not (models / entry.name).exists()
    return str(caught.value)


def test_a_mirror_is_a_folder(tmp_path: Path, served: Served, make_entry: MakeEntry) -> None:
    folder = pull(make_entry(), tmp_path / "models", [Mirror(str(served.folder))], tell=print)
    found = receipt.read(folder)
    assert found is not None
    assert (found.source, receipt.wrong_files(folder, found)) == ("mirror", [])


def test_a_mirror_is_a_url(tmp_path: Path, served: Served, make_entry: MakeEntry) -> None:
    folder = pull(make_entry(), tmp_path / "models", [Mirror(f"{served.url}/")], tell=print)
    assert sha256_of(folder / "model.bin") == make_entry().model.sums["model.bin"]
    assert not list(folder.glob("*.part"))


def test_an_interrupted_download_goes_on_where_it_broke_off(
    tmp_path: Path, served: Served, make_entry: MakeEntry
) -> None:
    served.cuts = True
    pull(make_entry(), tmp_path / "models", [Mirror(served.url)], tell=print)
    assert f"bytes={CUT_AT}-" in served.ranges


def test_a_server_that_cannot_resume_is_asked_for_all_of_it(
    tmp_path: Path, served: Served, make_entry: MakeEntry
) -> None:
    entry = make_entry()
    begun = tmp_path / "models" / f".{NAME}.partial" / "mirror" / "files"
    begun.mkdir(parents=True)
    (begun / "model.bin.part").write_bytes(b"begun otherwise")
    served.resumes = False
    folder = pull(entry, tmp_path / "models", [Mirror(served.url)], tell=print)
    assert sha256_of(folder / "model.bin") == entry.model.sums["model.bin"]
    assert "bytes=15-" in served.ranges


@pytest.mark.parametrize("remote", [True, False], ids=["url", "folder"])
def test_a_mirror_with_other_bytes_is_refused_and_they_are_removed(
    tmp_path: Path, served: Served, make_entry: MakeEntry, remote: bool
) -> None:
    (served.folder / NAME / "config.json").write_text("{}")
    address = served.url if remote else str(served.folder)
    assert "config.json has another SHA-256" in refused(make_entry(), tmp_path / "models", address)
    assert not list((tmp_path / "models").rglob("config.json*"))


def test_an_endless_file_is_not_read_to_its_end(
    tmp_path: Path, served: Served, make_entry: MakeEntry
) -> None:
    (served.folder / NAME / "config.json").write_bytes(bytes(7_000_000))
    assert "larger than 6000000 bytes" in refused(make_entry(), tmp_path / "models", served.url)


def test_nobody_there_is_said_in_one_line(tmp_path: Path, make_entry: MakeEntry) -> None:
    missing = str(tmp_path / "missing")
    assert "No such file" in refused(make_entry(), tmp_path / "models", missing)
    assert "http://127.0.0.1:1/" in refused(make_entry(), tmp_path / "models", "http://127.0.0.1:1")


def test_a_model_without_known_sums_has_those_of_the_mirror(
    tmp_path: Path, served: Served, make_entry: MakeEntry, whisper_model: Path
) -> None:
    entry = make_entry(sums={})
    assert "origin.json" in refused(entry, tmp_path / "models", served.url)
    sums = {path.name: sha256_of(path) for path in whisper_model.iterdir()}
    noted = Receipt(model=NAME, licence="", origin="", source="", files={**sums, "more.py": "0" * 64})
    noted.write(served.folder / NAME)
    folder = pull(entry, tmp_path / "models", [Mirror(served.url)], tell=print)
    assert {path.name for path in folder.iterdir()} == {*sums, receipt.NAME}


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", ".hidden", "a/b", ""])
def test_a_receipt_that_names_a_path_is_refused(name: str) -> None:
    text = '{"model": "m", "licence": "", "origin": "", "source": "", "files": {"%s": "%s"}}'
    with pytest.raises(ValueError, match="wrong name or sum"):
        receipt.parse((text % (name, "0" * 64)).encode())


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": 1}', "[" * 100_000, '{"files": {"a": 1}}'])
def test_what_is_no_receipt_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(receipt.NAME)):
        receipt.parse(text.encode())


def test_what_the_makers_publish_is_converted(tmp_path: Path) -> None:
    """A mirror may have the makers' file instead of what is made from it."""
    mirror = tmp_path / "mirror" / NAME
    mirror.mkdir(parents=True)
    (mirror / "published.pt").write_bytes(b"weights")
    made = tmp_path / "expected"
    made.write_bytes(b"network of weights")

    def convert(source: Path, target: Path) -> None:
        target.write_bytes(b"network of " + source.read_bytes())

    model = CatalogueModel(
        repository="",
        files=("model.onnx",),
        sums={"published.pt": sha256_of(mirror / "published.pt"), "model.onnx": sha256_of(made)},
        conversion=Conversion(source="published.pt", made="model.onnx", convert=convert),
        megabytes=1,
        licence="MIT",
        about="",
    )
    entry = NamedModel(name=NAME, engine="speakers", model=model)
    folder = pull(entry, tmp_path / "models", [Mirror(str(mirror.parent))], tell=print)
    assert {path.name for path in folder.iterdir()} == {"model.onnx", receipt.NAME}
