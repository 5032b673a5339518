from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scribedock.settings import Settings, SettingsError
from scribedock.speech.configured import recognizer, speaker_model, title_of
from scribedock.speech.models import receipt, speed
from scribedock.speech.models.choice import choose_model
from scribedock.speech.models.installed import SPEECH_MODEL, catalogue, entry_named, located
from scribedock.speech.models.receipt import Receipt, Speed, sha256_of


def install(models: Path, name: str, files: Path, real_time: float | None = None) -> Path:
    """Put files into the folder of models as `pull` does; real_time is measured on this machine."""
    folder = models / name
    shutil.copytree(files, folder)
    Receipt(
        model=name,
        licence="MIT",
        origin="",
        source="mirror",
        files={path.name: sha256_of(path) for path in files.iterdir()},
        speed=Speed(machine=speed.machine(), real_time=real_time) if real_time is not None else None,
    ).write(folder)
    return folder


def test_without_any_model_there_is_none_to_choose(tmp_path: Path) -> None:
    assert choose_model(tmp_path).model is None
    assert recognizer(Settings(data_dir=tmp_path)).title == "pocketsphinx"


def test_the_best_model_that_is_quick_enough_is_chosen(tmp_path: Path, whisper_model: Path) -> None:
    install(tmp_path / "models", "whisper-base", whisper_model, 0.1)
    install(tmp_path / "models", "whisper-small", whisper_model, 0.5)
    install(tmp_path / "models", "whisper-large-v3", whisper_model, 0.51)
    choice = choose_model(tmp_path / "models")
    assert choice.model is not None
    assert choice.model.name == "whisper-small"
    assert choice.passed_over == {
        "whisper-large-v3": "it takes 0.51 × real time here, and 0.5 at most is quick enough"
    }
    spec = recognizer(Settings(data_dir=tmp_path))
    digest = sha256_of(whisper_model / "model.bin")
    assert spec.title == f"whisper (whisper-small, SHA-256 {digest[:12]})"
    assert spec.model == tmp_path / "models" / "whisper-small"


def test_a_model_that_is_named_is_used_however_slow_it_is(tmp_path: Path, whisper_model: Path) -> None:
    install(tmp_path / "models", "whisper-base", whisper_model, 0.1)
    install(tmp_path / "models", "whisper-large-v3", whisper_model, 9.0)
    named = recognizer(Settings(data_dir=tmp_path, speech_model=Path("whisper-large-v3")))
    assert named.model_name == "whisper-large-v3"
    assert recognizer(Settings(data_dir=tmp_path, speech_engine="pocketsphinx")).title == "pocketsphinx"


def test_models_may_be_in_a_folder_of_their_own(tmp_path: Path, whisper_model: Path) -> None:
    install(tmp_path / "shared", "whisper-base", whisper_model, 0.1)
    settings = Settings(data_dir=tmp_path / "data", models_dir=tmp_path / "shared")
    assert recognizer(settings).model_name == "whisper-base"


def test_what_was_measured_elsewhere_does_not_count(tmp_path: Path, whisper_model: Path) -> None:
    folder = install(tmp_path, "whisper-base", whisper_model)
    expected = speed.estimated(tmp_path)["whisper-base"]
    receipt.with_speed(folder, Speed(machine="another machine", real_time=7.0))
    assert speed.estimated(tmp_path)["whisper-base"] == expected
    receipt.with_speed(folder, Speed(machine=speed.machine(), real_time=7.0))
    assert speed.estimated(tmp_path)["whisper-base"] == 7.0


def test_on_a_slow_machine_all_models_count_as_slower(tmp_path: Path, whisper_model: Path) -> None:
    before = speed.estimated(tmp_path)
    install(tmp_path, "whisper-base", whisper_model, before["whisper-base"] * 10)
    after = speed.estimated(tmp_path)
    assert after["whisper-small"] == pytest.approx(before["whisper-small"] * 10, rel=0.1)
    assert choose_model(tmp_path).better == [] or after[choose_model(tmp_path).better[0].name] <= 0.5


def test_a_better_model_that_would_fit_is_named(tmp_path: Path, whisper_model: Path) -> None:
    install(tmp_path, "whisper-base", whisper_model, 0.01)
    better = [entry.name for entry in choose_model(tmp_path).better]
    assert "whisper-small" in better
    assert "whisper-tiny" not in better
    assert better.index("whisper-large-v3-turbo") < better.index("whisper-small")


def test_a_damaged_folder_is_passed_over_and_said(tmp_path: Path, whisper_model: Path) -> None:
    folder = install(tmp_path, "whisper-base", whisper_model, 0.1)
    (folder / "model.bin").unlink()
    choice = choose_model(tmp_path)
    assert choice.model is None
    assert "lacks model.bin" in choice.passed_over["whisper-base"]


def test_the_speed_of_a_model_is_measured_on_the_shipped_recording(
    tmp_path: Path, whisper_model: Path
) -> None:
    measured = speed.measure(entry_named("whisper-base"), whisper_model)
    assert measured.machine == speed.machine()
    assert 0 <= measured.real_time < 5


def test_a_speaker_model_is_selected_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="scribedock models pull campplus"):
        speaker_model(Settings(data_dir=tmp_path, speaker_model=Path("campplus")))
    files = tmp_path / "files"
    files.mkdir()
    (files / "campplus.onnx").write_bytes(b"a network")
    install(tmp_path / "models", "campplus", files)
    found = speaker_model(Settings(data_dir=tmp_path, speaker_model=Path("campplus")))
    assert found is not None
    assert title_of(found) == f"campplus (SHA-256 {sha256_of(files / 'campplus.onnx')[:12]})"
    assert recognizer(Settings(data_dir=tmp_path)).title == "pocketsphinx"


def test_a_speaker_model_that_was_pulled_is_used_without_a_setting(tmp_path: Path) -> None:
    assert speaker_model(Settings(data_dir=tmp_path)) is None
    files = tmp_path / "files"
    files.mkdir()
    (files / "campplus.onnx").write_bytes(b"a network")
    install(tmp_path / "models", "campplus", files)
    found = speaker_model(Settings(data_dir=tmp_path))
    assert found is not None
    assert title_of(found).startswith("campplus (SHA-256 ")
    (tmp_path / "models" / "campplus" / "campplus.onnx").unlink()
    assert speaker_model(Settings(data_dir=tmp_path)) is None


@pytest.mark.parametrize(
    ("setting", "name"),
    [("SCRIBEDOCK_SPEECH_MODEL", "campplus"), ("SCRIBEDOCK_SPEAKER_MODEL", "whisper-base")],
)
def test_a_model_of_the_other_kind_is_refused(tmp_path: Path, setting: str, name: str) -> None:
    with pytest.raises(SettingsError, match=f"{setting}: {name} is a model for"):
        located(Path(name), tmp_path, setting)


def test_models_with_pinned_wheels_have_the_sums_of_every_file_in_them() -> None:
    for name, entry in catalogue().items():
        for wheel in entry.model.wheels:
            assert set(wheel.members.values()) <= entry.model.sums.keys(), name
        assert all(receipt.SUM.fullmatch(digest) for digest in entry.model.sums.values()), name


def test_a_folder_stays_what_it_is(tmp_path: Path) -> None:
    assert located(tmp_path, tmp_path, SPEECH_MODEL) == tmp_path
    assert located(None, tmp_path, SPEECH_MODEL) is None
