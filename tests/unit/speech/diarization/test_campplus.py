from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from scribedock.speech.diarization import campplus, checkpoint
from scribedock.speech.diarization.embedding import Embedder
from scribedock.speech.vad import read_pcm
from tests.support.models import tiny_campplus


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("campplus")
    tiny_campplus.write(folder / "published.pt", tiny_campplus.tensors())
    campplus.convert(folder / "published.pt", folder / "campplus.onnx")
    return folder / "campplus.onnx"


def test_the_checker_of_onnx_accepts_the_file(converted: Path) -> None:
    onnx.checker.check_model(onnx.load(converted), full_check=True)


@pytest.mark.parametrize("frames", [10, 199, 200, 201, 437])
def test_the_network_computes_what_its_definition_says(converted: Path, frames: int) -> None:
    features = np.random.default_rng(frames).normal(0, 2, (frames, tiny_campplus.BANDS)).astype(np.float32)
    session = onnxruntime.InferenceSession(str(converted), providers=["CPUExecutionProvider"])
    [[found]] = session.run(None, {"feats": features[None]})
    assert found == pytest.approx(tiny_campplus.embed(tiny_campplus.tensors(), features), rel=1e-3, abs=1e-3)


def test_the_embedder_runs_it(converted: Path, recording: Path) -> None:
    voice = Embedder(converted, 1).embed(read_pcm(recording, 16_000, 32_000))
    assert voice.shape == (tiny_campplus.SIZE,)
    assert np.linalg.norm(voice) == pytest.approx(1)


def test_the_same_checkpoint_becomes_the_same_bytes(converted: Path) -> None:
    assert campplus.network(tiny_campplus.tensors()) == converted.read_bytes()


@pytest.mark.parametrize(
    "name", ["head.conv1.weight", "xvector.transit2.linear.weight", "xvector.dense.linear.weight"]
)
def test_a_checkpoint_without_a_layer_is_refused(name: str) -> None:
    found = {each: values for each, values in tiny_campplus.tensors().items() if each != name}
    with pytest.raises(ValueError, match=f"lacks.*{name}"):
        campplus.network(found)


def test_a_checkpoint_with_a_layer_too_many_is_refused() -> None:
    more = tiny_campplus.tensors() | {"xvector.block4.tdnnd1.linear1.weight": np.ones(1, np.float32)}
    with pytest.raises(ValueError, match=r"it has xvector\.block4"):
        campplus.network(more)


def test_the_tensors_of_a_checkpoint_are_read_with_their_strides(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    tiny_campplus.write(path, {"a": np.arange(6, dtype=np.float32).reshape(2, 3)})
    assert checkpoint.read(path)["a"].tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    "opcodes",
    [b"cos\nsystem\n(X\x04\x00\x00\x00trueitR", b"cbuiltins\neval\n", b"ctorch\nload\n", b"cos\nsystem\n"],
)
def test_a_pickle_that_names_a_function_is_refused_before_it_runs(tmp_path: Path, opcodes: bytes) -> None:
    path = tmp_path / "model.pt"
    tiny_campplus.write(path, {}, also=opcodes)
    with pytest.raises(ValueError, match="which is no tensor"):
        checkpoint.read(path)


def test_a_tensor_larger_than_its_numbers_is_refused(tmp_path: Path) -> None:
    values = np.ones((2, 3), np.float32)
    whole, short = tmp_path / "whole.pt", tmp_path / "short.pt"
    tiny_campplus.write(whole, {"a": values})
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(short, "w") as target:
        target.writestr("archive/data.pkl", source.read("archive/data.pkl"))
        target.writestr("archive/data/0", values.tobytes()[:-4])
    with pytest.raises(ValueError, match="larger than its numbers"):
        checkpoint.read(short)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.pt").write_bytes(content)
    with pytest.raises(ValueError, match="is not a checkpoint"):
        checkpoint.read(tmp_path / "model.pt")
