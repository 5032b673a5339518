"""Playlists in disguise: whatever they name is neither opened nor asked for."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from scribedock.media.audio import decode
from scribedock.media.limits import Limits
from scribedock.media.probe import probe
from scribedock.media.unusable import MediaUnusable
from tests.support.media.ffmpeg import tone

NAMES = ["list.mp4", "list.m3u8"]
LISTS = {
    "concat": "ffconcat version 1.0\nfile '{file}'\nfile '{url}'\n",
    "concat after a space": " \n ffconcat version 1.0\nfile '{file}'\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{file}\n#EXTINF:5,\n{url}\n#EXT-X-ENDLIST\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'mediaPresentationDuration="PT5S"><Period><AdaptationSet mimeType="audio/wav"><Representation id="1" '
    'bandwidth="1"><BaseURL>{url}</BaseURL></Representation></AdaptationSet></Period></MPD>',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\n",
    "asx": '<asx version="3.0"><entry><ref href="{url}"/></entry></asx>',
    "pls": "[playlist]\nFile1={file}\nFile2={url}\nNumberOfEntries=2\n",
}


class Canary:
    """A port of loopback that notes whoever comes."""

    def __init__(self) -> None:
        self.visits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.visits += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    started = Canary()
    yield started
    started.close()


def test_the_canary_sings(canary: Canary) -> None:
    with socket.create_connection(("127.0.0.1", canary.port)) as connection:
        connection.recv(1)
    assert canary.visits == 1


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("name", NAMES)
def test_a_playlist_is_never_followed(tmp_path: Path, canary: Canary, kind: str, name: str) -> None:
    secret = tone(tmp_path / "secret.wav")
    path = tmp_path / name
    url = f"http://127.0.0.1:{canary.port}/secret.wav"
    path.write_text(LISTS[kind].format(file=secret, url=url, port=canary.port))
    with pytest.raises(MediaUnusable):
        probe(path, Limits())
    with pytest.raises(MediaUnusable):
        decode(path, tmp_path / "out.pcm", Limits())
    assert not (tmp_path / "out.pcm").exists()
    assert canary.visits == 0


def test_a_playlist_is_called_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "list.mp4"
    path.write_text("#EXTM3U\n")
    with pytest.raises(MediaUnusable, match="playlist is not a recording"):
        probe(path, Limits())
