"""What every connection of the server needs for uploads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from scribedock.api.transport.client_addresses import ClientAddresses
from scribedock.settings import Settings
from scribedock.uploads.http.upload_urls import UploadUrls
from scribedock.uploads.transfer.receiver import Receiver
from scribedock.uploads.uploads import Uploads


@dataclass(kw_only=True)
class UploadService:
    """The parts of uploads, and the threads that admit and end them off the event loop."""

    uploads: Uploads
    urls: UploadUrls
    receiver: Receiver
    settings: Settings
    clients: ClientAddresses  # which proxies are trusted
    wake: Callable[[], None]  # tells a worker that there is work
    # Admitting may wait for another upload's end, so ending has threads of its own.
    admitting: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(8, thread_name_prefix="upload-admission")
    )
    ending: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(8, thread_name_prefix="upload-end")
    )
    # Putting parts together copies them, which may take minutes.
    joining: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(2, thread_name_prefix="upload-joining")
    )
    addresses: Counter[str] = field(default_factory=Counter)

    def start(self) -> None:
        self.receiver.start()
        self.uploads.start()

    def stop(self) -> None:
        """Bodies under way are given up; what came of them is kept."""
        self.receiver.stop()
        self.admitting.shutdown()
        self.ending.shutdown()
        self.joining.shutdown()
        self.uploads.stop()
