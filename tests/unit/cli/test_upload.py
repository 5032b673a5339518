"""`scribedock upload` against servers that answer oddly."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
from rich.progress import Progress

from scribedock.cli.upload import NotUploaded, ResumableUpload


@pytest.mark.parametrize("header", ["Upload-Offset", "Upload-Length"])
@pytest.mark.parametrize("value", ["", "-5", "five", "1_0", "9" * 5000])
def test_a_length_that_is_no_number_ends_the_upload_with_a_message(
    tmp_path: Path, header: str, value: str
) -> None:
    path = tmp_path / "recording.wav"
    path.write_bytes(b"RIFF")
    odd = httpx2.MockTransport(lambda request: httpx2.Response(200, headers={header: value}))
    with httpx2.Client(transport=odd) as http:
        upload = ResumableUpload(http, "http://127.0.0.1/upload/x", path, Progress())
        with pytest.raises(NotUploaded, match=header):
            upload.go(retries=0)
