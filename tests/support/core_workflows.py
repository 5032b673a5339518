"""The workflows of a server without its engine: their steps are saved in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from scribedock.dispatch.queues import Queue, work_id
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.testing import Crash, RecordedSteps, ScriptedRecognizer, scripted_pool
from scribedock.workflow.engine import Workflow, run_to_its_end
from scribedock.workflow.saved_steps import saved_by
from scribedock.workflows import register_all
from tests.support.core import Core

POLL_S = 0.01


@dataclass
class Workflows:
    """All workflows of a server, by queue; `recognizer` says what is heard."""

    core: Core
    recognizer: ScriptedRecognizer = field(default_factory=ScriptedRecognizer)
    registered: dict[Queue, Workflow] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pool: RecognizerPool = scripted_pool(self.recognizer)
        register_all(self, self.core.services, self.pool)

    def register(self, queue: Queue, workflow: Workflow) -> None:
        self.registered[queue] = workflow

    def run(self, queue: Queue, task_id: str, *, crash_after: str = "") -> RecordedSteps:
        """Run the task's workflow to its end, as often as it crashes; return the steps that ran."""
        steps = RecordedSteps(crash_after=crash_after)
        crashed = True
        while crashed:
            crashed = False
            with saved_by(steps):
                try:
                    run_to_its_end(queue, self.registered[queue], work_id(queue, task_id))
                except Crash:
                    crashed = True
                    steps.restart()
        return steps

    @contextmanager
    def another_worker(self) -> Iterator[list[str]]:
        """Let another worker take parts of recordings meanwhile; yield the ids of those that it took."""
        taken: list[str] = []
        over = threading.Event()
        work = self.core.services.work

        def serve() -> None:
            while not over.wait(POLL_S):
                for each in work.claim("another", {Queue.PARTS: 1}, {}):
                    taken.append(each.id)
                    self.run(Queue.PARTS, each.id)
                    work.done(each.id)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield taken
        finally:
            over.set()
            thread.join()

    def close(self) -> None:
        self.pool.close()
