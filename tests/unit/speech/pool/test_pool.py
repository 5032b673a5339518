from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from scribedock.children import allowance
from scribedock.children.niceness import Niceness
from scribedock.speech.pool.failures import (
    MachineAtFault,
    RecognitionFailed,
    RecognitionTimeout,
    RecognizerCrashed,
)
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.pool.process import environment
from scribedock.speech.recognizer import choose
from scribedock.speech.span import Span
from tests.support.machine import processes
from tests.support.models.tiny_whisper import TEXT
from tests.support.waiting import slowness, wait_until

FIRST = Span(start_ms=500, end_ms=3300)
FIRST_WORDS = "welcome to a small library by the sea".split()
LONG = Span(start_ms=0, end_ms=78_000)  # ten seconds of work or more
SPHINX = replace(choose("pocketsphinx", None), threads=1)


@pytest.fixture
def pool() -> Iterator[RecognizerPool]:
    pool = RecognizerPool(SPHINX, processes=1, chunk_timeout_s=120)
    yield pool
    pool.close()


def children(parent: int | None = None) -> list[int]:
    """Return the recognizer processes of a process, by default of this one."""
    found = processes.children(parent or os.getpid())
    return sorted(pid for pid in found if "scribedock.speech.pool.child" in command(pid))


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def is_busy(pid: int) -> bool:
    """Return whether it has worked for so long that it has loaded, and decodes."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) / os.sysconf("SC_CLK_TCK") > 2.5


def test_words_come_back_in_ms_of_the_media(pool: RecognizerPool, recording: Path) -> None:
    words = pool.recognize(recording, FIRST, "en")
    assert [word.text for word in words] == FIRST_WORDS
    assert FIRST.start_ms <= words[0].start_ms < words[-1].end_ms <= FIRST.end_ms


def test_speech_spans_come_back(pool: RecognizerPool, recording: Path, reference: str) -> None:
    assert len(pool.speech_spans(recording)) == len(reference.splitlines())


def test_no_process_is_started_before_it_is_needed(recording: Path) -> None:
    pool = RecognizerPool(SPHINX, processes=2, chunk_timeout_s=120)
    assert (pool.engine, pool.processes, pool.punctuates) == ("pocketsphinx", 2, False)
    assert children() == []
    pool.recognize(recording, FIRST, "en")
    pool.recognize(recording, FIRST, "en")
    (child,) = children()
    assert os.getpriority(os.PRIO_PROCESS, child) == min(os.nice(0) + Niceness.RECOGNITION, 19)
    pool.close()


def test_more_calls_than_processes_wait_for_their_turn(recording: Path) -> None:
    pool = RecognizerPool(SPHINX, processes=2, chunk_timeout_s=120)
    with ThreadPoolExecutor(6) as threads:
        calls = [threads.submit(pool.recognize, recording, FIRST, "en") for _ in range(6)]
        assert [[word.text for word in call.result()] for call in calls] == [FIRST_WORDS] * 6
    assert len(children()) == 2
    pool.close()


def test_a_chunk_that_takes_too_long_is_given_up_without_affecting_the_next(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allowance, "WALL_TIME_FACTOR", 1000)  # a machine may have much else to do
    # It computes in one thread, however many it is granted.
    pool = RecognizerPool(replace(SPHINX, threads=8), processes=1, chunk_timeout_s=5)
    pool.recognize(recording, FIRST, "en")
    (slow,) = children()
    with pytest.raises(RecognitionTimeout, match="not done after 5 s of processor time"):
        pool.recognize(recording, LONG, "en")
    assert not runs(slow)
    assert [word.text for word in pool.recognize(recording, FIRST, "en")] == FIRST_WORDS
    pool.close()


def test_a_chunk_whose_process_is_halted_beyond_its_time_limit_loses_no_word(recording: Path) -> None:
    pool = RecognizerPool(SPHINX, processes=1, chunk_timeout_s=5)
    with ThreadPoolExecutor(1) as threads:
        pool.recognize(recording, FIRST, "en")
        (child,) = children()
        os.kill(child, signal.SIGSTOP)
        call = threads.submit(pool.recognize, recording, FIRST, "en")
        time.sleep(6)
        assert not call.done()
        os.kill(child, signal.SIGCONT)
        assert [word.text for word in call.result(timeout=60 * slowness())] == FIRST_WORDS
    assert children() == [child]
    pool.close()


def test_unwanted_work_is_ended_within_seconds(pool: RecognizerPool, recording: Path) -> None:
    wanted = threading.Event()
    wanted.set()

    class Unwanted(Exception):
        pass

    def check() -> None:
        if not wanted.is_set():
            raise Unwanted

    def recognize() -> object:
        return pool.recognize(recording, LONG, "en", check_wanted=check)

    with ThreadPoolExecutor(2) as threads:
        pool.recognize(recording, FIRST, "en")
        (child,) = children()
        calls = [threads.submit(recognize) for _ in range(2)]  # one at work, one that waits for the process
        time.sleep(0.5)
        wanted.clear()
        for call in calls:
            with pytest.raises(Unwanted):
                call.result(timeout=10 * slowness())
    assert not runs(child)


def test_a_process_that_the_machine_ended_is_not_the_fault_of_the_chunk(
    pool: RecognizerPool, recording: Path
) -> None:
    with ThreadPoolExecutor(1) as threads:
        pool.recognize(recording, FIRST, "en")
        (child,) = children()
        call = threads.submit(pool.recognize, recording, LONG, "en")
        time.sleep(0.5)
        os.kill(child, signal.SIGKILL)
        with pytest.raises(MachineAtFault, match="SIGKILL"):
            call.result(timeout=60 * slowness())


def test_a_fresh_process_is_a_new_one(pool: RecognizerPool, recording: Path) -> None:
    pool.recognize(recording, FIRST, "en")
    (before,) = children()
    pool.recognize(recording, FIRST, "en", fresh=True)
    (after,) = children()
    assert before != after


def test_a_crash_is_reported_and_the_process_replaced(pool: RecognizerPool, recording: Path) -> None:
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(pool.recognize, recording, LONG, "en")
        wait_until(children)
        os.kill(children()[0], signal.SIGSEGV)
        with pytest.raises(RecognizerCrashed, match="SIGSEGV"):
            call.result(timeout=60 * slowness())
    assert [word.text for word in pool.recognize(recording, FIRST, "en")] == FIRST_WORDS


def test_an_idle_process_that_died_is_replaced(pool: RecognizerPool, recording: Path) -> None:
    pool.recognize(recording, FIRST, "en")
    (idle,) = children()
    os.kill(idle, signal.SIGKILL)
    wait_until(lambda: not runs(idle))
    with pytest.raises(RecognizerCrashed):
        pool.recognize(recording, FIRST, "en")
    assert pool.recognize(recording, FIRST, "en")


def test_recognition_errors_are_reported_without_losing_the_process(
    pool: RecognizerPool, recording: Path, tmp_path: Path
) -> None:
    pool.recognize(recording, FIRST, "en")
    before = children()
    with pytest.raises(RecognitionFailed, match="FileNotFoundError"):
        pool.recognize(tmp_path / "missing.pcm", FIRST, "en")
    assert pool.recognize(recording, FIRST, "en")
    assert children() == before


def test_closing_ends_current_and_waiting_work(recording: Path) -> None:
    pool = RecognizerPool(SPHINX, processes=1, chunk_timeout_s=120)
    with ThreadPoolExecutor(3) as threads:
        calls = [threads.submit(pool.recognize, recording, LONG, "en") for _ in range(3)]
        wait_until(children)
        pool.close()
        for call in calls:
            with pytest.raises(RecognitionFailed, match="closed"):
                call.result(timeout=10 * slowness())
    assert children() == []
    with pytest.raises(RecognitionFailed, match="closed"):
        pool.recognize(recording, FIRST, "en")


def test_the_thread_that_made_the_first_call_may_end(pool: RecognizerPool, recording: Path) -> None:
    caller = threading.Thread(target=pool.recognize, args=(recording, FIRST, "en"))
    caller.start()
    caller.join()
    (child,) = children()
    time.sleep(0.2)
    assert pool.recognize(recording, FIRST, "en")
    assert children() == [child]


def test_a_process_at_work_dies_with_a_parent_that_is_killed(recording: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from scribedock.speech.pool.pool import RecognizerPool;"
        "from scribedock.speech.recognizer import choose; from scribedock.speech.span import Span;"
        "pool = RecognizerPool(choose('auto', None), processes=1, chunk_timeout_s=120);"
        "pool.recognize(Path(sys.argv[1]), Span(start_ms=0, end_ms=78_000), 'en')"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(recording)])
    wait_until(lambda: children(parent.pid))
    (child,) = children(parent.pid)
    wait_until(lambda: is_busy(child))
    parent.kill()
    parent.wait()
    wait_until(lambda: not runs(child), within_s=2, pause_s=0.02)


def test_a_process_gets_no_secret(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIBEDOCK_ENCRYPTION_KEY", "not to be passed on")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not to be passed on")
    pool = RecognizerPool(SPHINX, processes=1, chunk_timeout_s=120)
    pool.recognize(recording, FIRST, "en")
    given = Path(f"/proc/{children()[0]}/environ").read_text()
    pool.close()
    assert "not to be passed on" not in given
    assert "SCRIBEDOCK" not in given


def test_the_threads_of_a_process_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "64")
    given = environment(2)
    assert given["PATH"] == os.environ["PATH"]
    assert given["OMP_NUM_THREADS"] == "2"


def test_sums_are_the_same_on_every_machine() -> None:
    # With two of them, the same model has other confidences, and now and then other words.
    assert environment(4)["OPENBLAS_NUM_THREADS"] == "1"


def test_ctrl_c_does_not_reach_the_processes(pool: RecognizerPool, recording: Path) -> None:
    pool.recognize(recording, FIRST, "en")
    (child,) = children()
    assert os.getpgid(child) != os.getpgid(0)
    os.kill(child, signal.SIGINT)
    assert pool.recognize(recording, FIRST, "en")
    assert children() == [child]


def test_whisper_runs_in_the_pool_as_well(whisper_model: Path, recording: Path) -> None:
    pool = RecognizerPool(choose("whisper", whisper_model), processes=1, chunk_timeout_s=120)
    assert (pool.engine, pool.punctuates) == ("whisper", True)
    words = pool.recognize(recording, Span(start_ms=4000, end_ms=11_000), "en")
    pool.close()
    assert "".join(word.text for word in words).strip() == TEXT
    assert 4000 <= words[0].start_ms < words[-1].end_ms <= 11_000


def test_whisper_takes_several_spans_at_once_in_the_pool(whisper_model: Path, recording: Path) -> None:
    pool = RecognizerPool(choose("whisper", whisper_model), processes=1, chunk_timeout_s=120, batch=4)
    speech = pool.speech_spans(recording)
    found = pool.batches(pool.chunks(speech, 60_000))
    assert sum(map(len, found)) < len(speech)
    words = pool.recognize_batch(recording, found[0], "en")
    languages = pool.detect_language(recording, found[0][:1])
    pool.close()
    assert len(words) == len(found[0]) > 1
    for span, each in zip(found[0], words, strict=True):
        assert "".join(word.text for word in each).strip() == TEXT
        assert span.start_ms <= each[0].start_ms < each[-1].end_ms <= span.end_ms
    assert pool.detects and languages["en"] > 0.9


def test_pocketsphinx_takes_one_span_at_a_time(pool: RecognizerPool, recording: Path) -> None:
    later = Span(start_ms=FIRST.end_ms + 501, end_ms=9000)
    assert pool.batches(pool.chunks([FIRST, later], 60_000)) == [[FIRST], [later]]
    assert not pool.detects
    with pytest.raises(RecognitionFailed, match="one chunk at a time"):
        pool.recognize_batch(recording, [FIRST, FIRST], "en")
    with pytest.raises(RecognitionFailed, match="does not identify languages"):
        pool.detect_language(recording, [FIRST])


def test_a_model_that_cannot_be_loaded_is_reported(
    whisper_model: Path, recording: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(whisper_model, folder)
    (folder / "model.bin").write_bytes(b"not a model")
    pool = RecognizerPool(choose("whisper", folder), processes=1, chunk_timeout_s=120)
    with pytest.raises(RecognizerCrashed, match="could not be loaded: "):
        pool.recognize(recording, FIRST, "en")
    pool.close()
