"""Many clients PUT different recordings to one URL at once: one of them is the media, whole."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.client import Client
from tests.support.fixtures import DATABASES
from tests.support.raw import Answer, RawConnection, target_of
from tests.support.stored import stored

RUNS_ON = DATABASES

RIVALS = 50
SIZE = 400_000  # the same for all, so that a mixture would not show by its length


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


@pytest.mark.parametrize("is_chunked", [False, True], ids=["with a length", "chunked"])
def test_one_of_fifty_puts_to_one_url_is_the_complete_media(client: Client, is_chunked: bool) -> None:
    seed = random.Random(50)
    contents = [seed.randbytes(SIZE) for _ in range(RIVALS)]
    job = client.new_job()
    url = client.upload_url(job)
    with stored(client.server) as store:
        objects, partials = store.objects(), store.partials()
    all_but_done = threading.Barrier(RIVALS, timeout=60)

    def compete(content: bytes) -> Answer:
        framing = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {SIZE}"
        with RawConnection(url, timeout_s=60) as connection:
            connection.head("PUT", target_of(url), framing)
            for start in range(0, SIZE, 50_000):
                part = content[start : start + 50_000]
                if start + len(part) == SIZE:
                    all_but_done.wait()
                connection.send(chunk(part) if is_chunked else part)
            if is_chunked:
                connection.send("0\r\n\r\n")
            return connection.answer()

    with ThreadPoolExecutor(RIVALS) as threads:
        answers = list(threads.map(compete, contents))
    assert [answer for answer in answers if answer.status != 200] == []
    etags = [answer.headers["etag"] for answer in answers]
    assert len(set(etags)) == RIVALS
    with stored(client.server) as store:
        key = store.media_key(job)
        assert key is not None
        assert store.recording(job) == contents[etags.index(f'"{key}"')]
        assert store.objects() - objects == {key}
        assert store.partials() <= partials
