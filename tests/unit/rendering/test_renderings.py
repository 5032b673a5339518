"""Rendering in other processes: real ones, which are killed and kept busy."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import wait
from dataclasses import replace
from pathlib import Path

import pytest

from scribedock.children.crew import WorkAbandoned
from scribedock.errors import InvalidOption, InvalidQuery, SystemFault
from scribedock.rendering.child import ParsedLists
from scribedock.rendering.pool import MAX_WAITING, RenderingPool
from scribedock.rendering.renderings import Renderings
from scribedock.rendering.request import ElementListKey, RenderRequest
from scribedock_captions.document import Metadata
from scribedock_captions.elementlist.codec import to_json
from scribedock_captions.elementlist.mixing import mixed
from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.options import CaptionOptions, TranscriptOptions
from scribedock_captions.rendering import CaptionFormat, Rendering, render_captions, render_transcript
from tests.captions.sample import say
from tests.support.waiting import wait_until

LISTS: dict[ElementListKey, ElementList] = {
    ("job", "spoken"): say("Hello there.", "You again?", gap=500),
    ("job", "described"): say("She waves."),
    ("other", "spoken"): say("Quite another text."),
    ("slow", "spoken"): say(
        *["All of this takes a while to be laid out, for there is so much of it."] * 3000
    ),
}
SRT = RenderRequest(
    lists=(("job", "spoken"),), options=CaptionOptions(), format=CaptionFormat.SRT, metadata=Metadata()
)
SLOW = replace(SRT, lists=(("slow", "spoken"),))


class Bodies:
    """Gives the JSON of lists, and remembers of which."""

    def __init__(self) -> None:
        self.asked: list[ElementListKey] = []

    def __call__(self, key: ElementListKey) -> bytes:
        self.asked.append(key)
        return to_json(LISTS[key])


@pytest.fixture
def bodies() -> Bodies:
    return Bodies()


@pytest.fixture
def pool() -> Iterator[RenderingPool]:
    started = RenderingPool(processes=2)
    yield started
    started.close()


@pytest.fixture
def renderings(pool: RenderingPool) -> Renderings:
    return Renderings(pool)


def children() -> set[int]:
    """Return the ids of our rendering processes."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if b"scribedock.rendering.child" in command and parent == os.getpid():
            found.add(int(folder.name))
    return found


def test_a_rendering_is_that_of_the_library(pool: RenderingPool, bodies: Bodies) -> None:
    spoken, described = LISTS["job", "spoken"], LISTS["job", "described"]
    both = replace(SRT, lists=(("job", "spoken"), ("job", "described")))
    for request, expected in (
        (SRT, render_captions(spoken, CaptionFormat.SRT, CaptionOptions())),
        (
            replace(SRT, format=CaptionFormat.SCC),
            render_captions(spoken, CaptionFormat.SCC, CaptionOptions()),
        ),
        (
            replace(SRT, format=None, options=TranscriptOptions()),
            render_transcript(spoken, TranscriptOptions()),
        ),
        (both, render_captions(mixed(spoken, described), CaptionFormat.SRT, CaptionOptions())),
    ):
        assert pool.submit("branch", request, bodies).future.result() == expected


def test_a_list_is_parsed_once_by_one_process(pool: RenderingPool, bodies: Bodies) -> None:
    futures = [
        pool.submit(key[0], replace(SRT, lists=(key,), format=format), bodies).future
        for format in CaptionFormat
        for key in (("job", "spoken"), ("other", "spoken"))
    ]
    wait(futures)
    assert sorted(bodies.asked) == [("job", "spoken"), ("other", "spoken")]
    assert len(children()) == 2


def test_a_rendering_is_made_once_for_all_callers(renderings: Renderings, bodies: Bodies) -> None:
    futures = [renderings.get("branch", "a", SLOW, bodies).future for _ in range(20)]
    assert len({id(future) for future in futures}) == 1
    first = futures[0].result()
    assert renderings.get("branch", "a", SLOW, bodies).future.result() is first
    assert renderings.get("branch", "b", SLOW, bodies).future.result() == first
    assert bodies.asked == [("slow", "spoken")]


def test_the_cache_is_limited_and_drops_the_least_used(pool: RenderingPool, bodies: Bodies) -> None:
    size = len(pool.submit("branch", SRT, bodies).future.result().body)
    small = Renderings(pool, kept_bytes=2 * size)
    made = {name: small.get("branch", name, SRT, bodies).future.result() for name in "ab"}
    assert small.get("branch", "a", SRT, bodies).future.result() is made["a"]
    small.get("branch", "c", SRT, bodies).future.result()
    assert small.get("branch", "a", SRT, bodies).future.result() is made["a"]
    assert small.get("branch", "b", SRT, bodies).future.result() is not made["b"]
    tiny = Renderings(pool, kept_bytes=size - 1)
    assert (
        tiny.get("branch", "a", SRT, bodies).future.result()
        is not tiny.get("branch", "a", SRT, bodies).future.result()
    )


def test_what_the_library_refuses_is_refused_with_its_message(renderings: Renderings, bodies: Bodies) -> None:
    wrong = replace(SRT, format=CaptionFormat.DFXP, options=CaptionOptions(dfxp_header="<body/>"))
    for _ in range(2):
        with pytest.raises(InvalidOption, match=r"^dfxp_header: the element must be head, not body$"):
            renderings.get("branch", "wrong", wrong, bodies).future.result()
    with pytest.raises(InvalidQuery, match=r"^The ElementList is not JSON"):
        renderings.get(
            "branch", "broken", replace(SRT, lists=(("x", "y"),)), lambda key: b"{"
        ).future.result()
    assert renderings.get("branch", "right", SRT, bodies).future.result().body.startswith(b"1\n")


def test_a_list_that_cannot_be_read_fails_only_its_own_request(pool: RenderingPool, bodies: Bodies) -> None:
    def gone(key: ElementListKey) -> bytes:
        raise KeyError(key)

    with pytest.raises(KeyError):
        pool.submit("branch", SRT, gone).future.result()
    assert pool.submit("branch", SRT, bodies).future.result().body


def test_a_process_that_is_killed_is_replaced(pool: RenderingPool, bodies: Bodies) -> None:
    before = pool.submit("branch", SRT, bodies).future.result()
    [child] = children()
    os.kill(child, signal.SIGKILL)
    assert pool.submit("branch", SRT, bodies).future.result() == before
    assert children() - {child}
    assert len(bodies.asked) == 2


def test_a_request_that_kills_every_process_is_answered_with_a_fault(bodies: Bodies) -> None:
    pool = RenderingPool(processes=1)
    doomed = pool.submit("branch", SLOW, bodies).future
    while not doomed.done():
        for child in children():
            os.kill(child, signal.SIGKILL)
        time.sleep(0.01)
    with pytest.raises(SystemFault, match="has failed; the error is in the server's log") as failed:
        doomed.result()
    assert failed.value.status == 503
    assert pool.submit("branch", SRT, bodies).future.result().body
    pool.close()


def test_slow_parsing_is_ended(bodies: Bodies) -> None:
    pool = RenderingPool(processes=1, timeout_s=0.01)
    with pytest.raises(SystemFault, match="takes too long; the error is in the server's log"):
        pool.submit("branch", SLOW, bodies).future.result()
    wait_until(lambda: not children())
    pool.close()


def test_only_a_branch_with_too_many_waiting_items_is_refused(bodies: Bodies) -> None:
    pool = RenderingPool(processes=1)
    futures = [pool.submit("branch", SLOW, bodies).future for _ in range(MAX_WAITING)]
    with pytest.raises(SystemFault, match="try again in a few seconds") as refused:
        for _ in range(2):  # one of them is being made already
            pool.submit("branch", SLOW, bodies)
    assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "5"})
    began = time.monotonic()
    assert pool.submit("another", SRT, bodies).future.result().body
    assert sum(future.done() for future in futures) <= 2, time.monotonic() - began  # it came next
    pool.close()


def test_one_branch_never_has_every_process(pool: RenderingPool, bodies: Bodies) -> None:
    flood = [pool.submit("branch", SLOW, bodies).future for _ in range(20)]
    wait_until(lambda: bool(children()))
    assert pool.submit("another", SRT, bodies).future.result().body
    assert not flood[1].done()


def test_unwanted_renderings_are_not_made(renderings: Renderings, bodies: Bodies) -> None:
    first, second = (renderings.get("branch", "slow", SLOW, bodies) for _ in range(2))
    waiting = renderings.get("branch", "waiting", SRT, bodies)
    wait_until(lambda: bool(bodies.asked))
    [child] = children()
    first.abandon()
    assert children() == {child}  # somebody else still waits for it
    second.abandon()
    wait_until(lambda: child not in children())
    for abandoned in (first, second):
        with pytest.raises(WorkAbandoned):
            abandoned.future.result()
    assert waiting.future.result().body
    assert renderings.get("branch", "slow", SLOW, bodies).future.result().body


def test_closing_ends_the_processes_at_once(bodies: Bodies) -> None:
    pool = RenderingPool(processes=2)
    futures = [pool.submit("branch", SLOW, bodies).future for _ in range(4)]
    wait_until(lambda: bool(children()))
    pool.close()
    wait_until(lambda: not children())
    assert all(future.done() for future in futures)


def test_the_processes_die_with_their_parent() -> None:
    code = (
        "import os, sys, time; sys.path.insert(0, '.')\n"
        "from tests.unit.rendering.test_renderings import SRT, Bodies, RenderingPool, children\n"
        "pool = RenderingPool(processes=1); pool.submit('branch', SRT, Bodies()).future.result()\n"
        "print(*children(), flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not Path(f"/proc/{child}").exists() or _is_zombie(child))


def _is_zombie(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_process_gets_no_secret(
    pool: RenderingPool, bodies: Bodies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRIBEDOCK_DATABASE_URL", "postgresql://secret")
    pool.submit("branch", SRT, bodies).future.result()
    [child] = children()
    assert b"secret" not in Path(f"/proc/{child}/environ").read_bytes()


def test_parsed_lists_are_kept_within_bounds() -> None:
    body = to_json(LISTS["job", "spoken"])
    lists = ParsedLists(kept_bytes=2 * len(body))
    keys = [("job", str(number)) for number in range(3)]
    for key in keys[:2]:
        lists.add(key, body)
    assert lists[keys[0]] == LISTS["job", "spoken"]
    lists.add(keys[2], body)
    assert [key in lists for key in keys] == [True, False, True]
    huge = ParsedLists(kept_bytes=1)
    huge.add(keys[0], body)
    assert keys[0] in huge


def test_an_empty_rendering_is_cached_too(renderings: Renderings) -> None:
    empty = renderings.get("branch", "empty", SRT, lambda key: to_json(say("[MUSIC]"))).future.result()
    assert empty == Rendering(body=b"", media_type="text/plain", extension=".srt")
    assert renderings.get("branch", "empty", SRT, lambda key: b"").future.result() is empty
