"""The main job with a NeMo model in ONNX's format in place of pocketsphinx."""

from __future__ import annotations

from pathlib import Path

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.models import tiny_onnx


def test_an_onnx_model_does_the_main_job(tmp_path: Path, speech: Path) -> None:
    model = tiny_onnx.build(tmp_path / "model")
    with OwnServer(tmp_path, speech_model=str(model), workflow_poll_s="0.1") as server:
        client = Client(server).login()
        job = client.new_job()
        client.upload(job, speech)
        client.order(job)
        info = client.finished(job)
        assert (info["JobStatus"], info["Engine"]) == ("Complete", f"onnx ({model.name})")
        assert tiny_onnx.TEXT in client.get("job/get_transcript", job_id=job, create_paragraphs="false").text
