"""A client that uploads one recording after another, and resumes wherever the server's death left it."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx2

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.raw import Answer, RawConnection, target_of

LARGEST = 2_000_000
SLOWEST_S = 1.5  # for the body of one request: longer than a plain PUT goes without a row
TUS = ("Tus-Resumable: 1.0.0", "Content-Type: application/offset+octet-stream")
IETF = ("Content-Type: application/partial-upload",)


@dataclass
class Upload:
    """What a client has sent to one URL, and the answers that it got."""

    job: str
    target: str
    content: bytes
    allowed: set[str] = field(default_factory=set)  # digests of what may be the media now
    is_media: bool = False  # something must be the media: the server has said so
    begun: bool = False
    acknowledged: int = 0  # bytes of the content that the server has said are kept
    rivals: list[bytes] = field(default_factory=list)

    def begin(self, content: bytes) -> None:
        """From here on `content` may become the media at any moment."""
        self.content, self.begun, self.acknowledged = content, False, 0
        self.allowed.add(digest(content))

    def whole(self) -> None:
        self.allowed, self.is_media = {digest(self.content)}, True

    def compete(self, rivals: list[bytes]) -> None:
        self.rivals = rivals
        self.allowed |= {digest(rival) for rival in rivals}

    def over(self) -> None:
        """No more comes; only the digests are remembered."""
        if self.rivals:
            self.allowed = {digest(rival) for rival in self.rivals}
        self.content, self.rivals = b"", []


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Uploader:
    """Uploads until the server is gone; `run` it again with the next one, and at last `finish`."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.uploads: list[Upload] = []
        self.touched: list[Upload] = []  # since the last start
        self.failure: BaseException | None = None
        self._current: Upload | None = None

    def start(self, server: OwnServer, token: str) -> threading.Thread:
        self._client = Client(server)
        self._client.token = token
        self.touched = [] if self._current is None else [self._current]
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        try:
            while True:
                self._take_one_through()
        except (OSError, httpx2.TransportError):
            pass  # the server was killed
        except BaseException as error:
            self.failure = error
        finally:
            self._client.http.close()

    def finish(self, server: OwnServer, token: str) -> None:
        """Complete what was begun."""
        self._client = Client(server)
        self._client.token = token
        if self._current is not None:
            self._go_on(self._current)
            self._current.over()
            self._current = None
        self._client.http.close()

    def _take_one_through(self) -> None:
        upload = self._current
        if upload is None:
            job = self._client.new_job()
            upload = Upload(job=job, target=target_of(self._client.upload_url(job)), content=b"")
            upload.begin(self._content())
            self._current = upload
            self.uploads.append(upload)
            self.touched.append(upload)
        self._go_on(upload)
        if self._random.random() < 0.3:
            upload.begin(self._content())
            self._put(upload)
        elif self._random.random() < 0.2:
            self._current = None  # after a kill nobody could say which of the rivals to go on with
            self._compete(upload)
        self._current = None
        upload.over()

    def _content(self) -> bytes:
        return self._random.randbytes(int(LARGEST ** self._random.uniform(0.5, 1)))

    def _go_on(self, upload: Upload) -> None:
        if not upload.begun:
            self._begin(upload)
            return
        state = self._ask(upload)
        offset = int(state.headers["upload-offset"])
        if state.headers["upload-complete"] == "?1" and offset == len(upload.content):
            upload.whole()
        elif state.headers["upload-complete"] == "?1":
            # It is what was the media before; of the new one nothing was kept.
            assert upload.is_media
            assert upload.acknowledged == 0
            self._put(upload)
        else:
            assert upload.acknowledged <= offset <= len(upload.content)
            if self._random.random() < 0.2:
                self._put(upload)
            else:
                self._append(upload, offset)

    def _begin(self, upload: Upload) -> None:
        kind = self._random.choice(["plain", "plain", "tus", "ietf"])
        if kind == "plain":
            self._put(upload)
            return
        first = upload.content[: self._random.randrange(len(upload.content) // 2)]
        upload.begun = True
        with self._connected() as connection:
            length = f"Upload-Length: {len(upload.content)}"
            if kind == "tus":
                connection.head("POST", upload.target, *TUS, length, f"Content-Length: {len(first)}")
            else:
                connection.head(
                    "PUT", upload.target, "Upload-Complete: ?0", length, f"Content-Length: {len(first)}"
                )
            self._send(connection, first)
            assert connection.answer().status == 201
        upload.acknowledged = len(first)
        self._append(upload, len(first))

    def _put(self, upload: Upload) -> None:
        """Send the whole content in one request: earlier bytes no longer count."""
        upload.begun, upload.acknowledged = True, 0
        answer = self._put_content(upload.target, upload.content)
        assert answer.status == 200, answer
        upload.whole()

    def _put_content(self, target: str, content: bytes) -> Answer:
        with self._connected() as connection:
            if self._random.random() < 0.5:
                connection.head("PUT", target, f"Content-Length: {len(content)}")
                self._send(connection, content)
            else:
                connection.head("PUT", target, "Transfer-Encoding: chunked")
                self._send(connection, content, chunked=True)
            return connection.answer()

    def _append(self, upload: Upload, offset: int) -> None:
        protocol = self._random.choice([TUS, IETF])
        while True:
            end = len(upload.content)
            if self._random.random() < 0.5:
                end = self._random.randrange(offset, end + 1)
            part, is_last = upload.content[offset:end], end == len(upload.content)
            headers = [f"Upload-Offset: {offset}", f"Content-Length: {len(part)}", *protocol]
            if protocol is IETF:
                headers.append(f"Upload-Complete: ?{int(is_last)}")
            with self._connected() as connection:
                connection.head("PATCH", upload.target, *headers, f"Upload-Length: {len(upload.content)}")
                self._send(connection, part)
                answer = connection.answer()
            assert answer.status == (200 if is_last and protocol is IETF else 204), answer
            assert int(answer.headers["upload-offset"]) == end
            upload.acknowledged = offset = end
            if is_last:
                upload.whole()
                return

    def _compete(self, upload: Upload) -> None:
        """Two recordings of one length to the URL at once: either may win, and never a mixture."""
        upload.compete([self._random.randbytes(len(upload.content)) for _ in range(2)])
        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(lambda rival: self._put_content(upload.target, rival), upload.rivals))
        assert [answer.status for answer in answers] == [200, 200], answers

    def _ask(self, upload: Upload) -> Answer:
        with self._connected() as connection:
            connection.head("HEAD", upload.target)
            answer = connection.answer(to_head=True)
        assert answer.status == 200, answer
        return answer

    def _connected(self) -> RawConnection:
        return RawConnection(self._client.server.base_url)

    def _send(self, connection: RawConnection, content: bytes, *, chunked: bool = False) -> None:
        """Send at once, or in pieces over a while."""
        for piece in self._pieces(content):
            if chunked and piece:
                connection.send(f"{len(piece):x}\r\n", piece, "\r\n")
            else:
                connection.send(piece)
        if chunked:
            connection.send("0\r\n\r\n")

    def _pieces(self, content: bytes) -> Iterator[bytes]:
        if self._random.random() < 0.5:
            yield content
            return
        pause, size = self._random.uniform(0, SLOWEST_S) / 10, len(content) // 10 + 1
        for start in range(0, len(content), size):
            time.sleep(pause)
            yield content[start : start + size]
