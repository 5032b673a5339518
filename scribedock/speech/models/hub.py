"""Models from Hugging Face's hub, or from another one that speaks as it does."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from scribedock.speech.models.installed import NamedModel
from scribedock.speech.models.sources import SourceFailed

REACH_S = 15


class Hub:
    """The repositories of a hub; an interrupted download resumes within a file."""

    name = "hub"

    def __init__(self, endpoint: str | None = None) -> None:
        """Set the address of a hub other than Hugging Face's."""
        self._endpoint = endpoint

    def offers(self, entry: NamedModel) -> bool:
        return bool(entry.model.repository)

    def fetch(self, entry: NamedModel, folder: Path) -> Path:
        from huggingface_hub import constants, snapshot_download

        logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # the reason is told once, below
        _reach(self._endpoint or constants.ENDPOINT)
        try:
            snapshot_download(
                entry.model.repository,
                revision=entry.model.revision or None,
                local_dir=folder,
                allow_patterns=list(entry.model.files),
                token=False,
                endpoint=self._endpoint,
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise SourceFailed(str(error)) from None
        shutil.rmtree(folder / ".cache", ignore_errors=True)  # the hub's notes about the download
        return folder


def _reach(address: str) -> None:
    """Raise SourceFailed where nobody answers, which the hub's library would try for half a minute."""
    import httpx2

    try:
        httpx2.head(address, timeout=REACH_S)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise SourceFailed(f"{address} cannot be reached: {error or type(error).__name__}") from None
