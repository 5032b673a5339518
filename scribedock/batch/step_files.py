"""The steps of a workflow, saved as files: an interrupted command goes on where it stopped."""

from __future__ import annotations

import contextvars
import pickle
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any


class StepFiles:
    """Saves the result of each step in a file of the folder, which nobody else may write to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._next = 0

    def run(self, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        return self._once(self._reserve(), name, function, *arguments)

    def run_parallel(
        self, name: str, function: Callable[[Any], Any], items: Sequence[Any], *, threads: int
    ) -> list[Any]:
        reserved = [(self._reserve(), contextvars.copy_context(), item) for item in items]

        def run(number: int, context: contextvars.Context, item: Any) -> Any:
            return context.run(self._once, number, name, function, item)

        with ThreadPoolExecutor(max(1, threads), thread_name_prefix=name) as pool:
            futures = [pool.submit(run, *each) for each in reserved]
            try:
                return [future.result() for future in futures]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def _reserve(self) -> int:
        number, self._next = self._next, self._next + 1
        return number

    def _once(self, number: int, name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        path = self._folder / f"{number:06d}"
        try:
            saved_name, result = pickle.loads(path.read_bytes())  # noqa: S301 - nobody else writes there
            if saved_name == name:
                return result
        except (FileNotFoundError, EOFError, pickle.UnpicklingError, ValueError):
            pass  # it was never saved, or not wholly when the machine stopped
        result = function(*arguments)
        draft = path.with_suffix(".draft")
        draft.write_bytes(pickle.dumps((name, result)))
        draft.replace(path)
        return result
