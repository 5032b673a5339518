"""One file made of several recordings that were joined in another: what is heard and seen, and when."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from scribedock.media.audio import decode
from scribedock.media.ffmpeg import MediaType
from scribedock.media.joined import WITHOUT_PICTURES, count_recordings, encode_all
from scribedock.media.limits import SAMPLE_RATE, Limits
from scribedock.media.playback.browsers import playable_type
from scribedock.media.playback.proxies import make_joined_proxy
from scribedock.media.probe import probe
from scribedock.media.unusable import MediaUnusable
from scribedock_captions.burn_in import HEAD
from tests.support.media.ffmpeg import make

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
RED = ("-f", "lavfi", "-i", "color=c=red:s=320x240:r=25:d=2")
BLUE = ("-f", "lavfi", "-i", "color=c=blue:s=200x400:r=10:d=2")
LOW = ("-f", "lavfi", "-i", "sine=440:duration=2")
HIGH = ("-f", "lavfi", "-i", "sine=880:duration=2")

JOINED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "wav+wav": (LOW, HIGH),
    "flac+flac": (LOW, HIGH),
    "ogg+ogg": (LOW, HIGH),
    "mp3+mp3": (LOW, HIGH),
    "m4a+m4a": (LOW, HIGH),
    "mp4+wav": ((*RED, *LOW, *H264, "-c:a", "aac"), HIGH),
    "wav+mp4": (LOW, (*BLUE, *HIGH, *H264, "-c:a", "aac")),
    "mkv+m4a": ((*RED, *LOW, *H264, "-c:a", "ac3"), HIGH),
    "avi+webm": ((*RED, *LOW, "-c:v", "mpeg4", "-c:a", "mp3"), (*BLUE, *HIGH, "-c:a", "libopus")),
    "ts+ts": ((*RED, *LOW, *H264, "-c:a", "aac"), (*RED, *HIGH, *H264, "-c:a", "aac")),
}


def joined(folder: Path, kinds: str, *recordings: tuple[str, ...]) -> Path:
    parts = [
        make(folder / f"{number}.{extension}", *arguments).read_bytes()
        for number, (extension, arguments) in enumerate(zip(kinds.split("+"), recordings, strict=True))
    ]
    path = folder / "joined"
    path.write_bytes(b"".join(parts))
    return path


def proxy_of(path: Path, *, has_pictures: bool) -> Path:
    folder = path.parent / f"proxy-{has_pictures}"
    folder.mkdir()
    made = folder / ("a.mp4" if has_pictures else "a.m4a")
    make_joined_proxy(path, made, Limits(), has_pictures=has_pictures, track=None)
    return made


def sound_of(path: Path) -> npt.NDArray[np.int16]:
    decode(path, path.with_suffix(".pcm"), Limits())
    return np.fromfile(path.with_suffix(".pcm"), "<i2")


def first_high_s(sound: npt.NDArray[np.int16]) -> float:
    """Return when the tone of 880 Hz begins, in seconds."""
    window = SAMPLE_RATE // 50
    for at in range(0, len(sound) - window, window // 2):
        spectrum = np.abs(np.fft.rfft(sound[at : at + window] * np.hanning(window)))
        if spectrum.max() > 1e5 and abs(int(np.argmax(spectrum)) * SAMPLE_RATE / window - 880) < 60:
            return at / SAMPLE_RATE
    raise AssertionError("there is no such tone")


@pytest.mark.parametrize("kinds", JOINED)
def test_all_is_heard_where_the_transcript_has_it(tmp_path: Path, kinds: str) -> None:
    path = joined(tmp_path, kinds, *JOINED[kinds])
    transcribed = sound_of(path)
    assert first_high_s(transcribed) == pytest.approx(2, abs=0.15)
    has_pictures = any("-c:v" in each for each in JOINED[kinds])
    for pictures in (False, True)[: 1 + has_pictures]:
        made = proxy_of(path, has_pictures=pictures)
        heard = sound_of(made)
        assert first_high_s(heard) == pytest.approx(first_high_s(transcribed), abs=0.03)
        assert len(heard) == pytest.approx(len(transcribed), abs=0.1 * SAMPLE_RATE)
        assert playable_type(probe(made, Limits())) == ("video/mp4" if pictures else "audio/mp4")


def colours(path: Path) -> dict[float, tuple[int, int, int]]:
    """Return the colour in the middle of the film at each time."""
    with av.open(str(path)) as container:
        found = {}
        for frame in container.decode(video=0):
            picture = frame.to_ndarray(format="rgb24")
            red, green, blue = picture[picture.shape[0] // 2, picture.shape[1] // 2]
            found[float(frame.time or 0)] = (int(red), int(green), int(blue))
        return found


def test_pictures_are_shown_while_their_recording_is_heard(tmp_path: Path) -> None:
    first, second = (*RED, *LOW, *H264, "-c:a", "aac"), (*BLUE, *HIGH, *H264, "-c:a", "aac")
    made = proxy_of(joined(tmp_path, "mp4+wav+mov", first, HIGH, second), has_pictures=True)
    info = probe(made, Limits())
    assert info.duration_ms == pytest.approx(6000, abs=200)
    shown = colours(made)
    red = [at for at, (red, _, blue) in shown.items() if red > 150 and blue < 100]
    black = [at for at, each in shown.items() if max(each) < 60]
    blue = [at for at, (red, _, blue) in shown.items() if blue > 150 and red < 100]
    assert len(red) + len(black) + len(blue) == len(shown)
    assert (min(red), max(red)) == pytest.approx((0, 2), abs=0.1)
    assert (min(black), max(black)) == pytest.approx((2, 4), abs=0.15)
    assert (min(blue), max(blue)) == pytest.approx((4, 6), abs=0.2)
    with av.open(str(made)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (320, 240)


def test_sounds_alone_make_no_film(tmp_path: Path) -> None:
    with pytest.raises(MediaUnusable, match=WITHOUT_PICTURES):
        proxy_of(joined(tmp_path, "wav+wav", LOW, HIGH), has_pictures=True)


def test_recordings_are_counted_without_decoding_them(tmp_path: Path) -> None:
    assert count_recordings(joined(tmp_path, "mp4+wav+mka", LOW, HIGH, LOW), Limits()) == 3
    assert count_recordings(joined(tmp_path, "mp3", LOW), Limits()) == 1


def test_a_customers_files_have_all_recordings(tmp_path: Path) -> None:
    film = (*RED, *LOW, *H264, "-c:a", "aac")
    path = joined(tmp_path, "mp4+wav", film, HIGH)
    folder = tmp_path / "made"
    folder.mkdir()
    encode_all(path, folder / "a.mp3", MediaType.MP3, Limits())
    assert first_high_s(sound_of(folder / "a.mp3")) == pytest.approx(2, abs=0.1)
    plain = film_with(path, folder, HEAD)
    drawn = film_with(path, folder, HEAD + "Dialogue: 0,0:00:02.50,0:00:04.00,Default,WWWWWWWW\n")
    for at, differs in ((1.0, False), (2.3, False), (2.8, True), (3.5, True)):
        assert (abs(picture_at(plain, at) - picture_at(drawn, at)).max() > 100) == differs


def film_with(path: Path, folder: Path, subtitles: str) -> Path:
    made = folder / f"{len(subtitles)}.mp4"
    encode_all(path, made, MediaType.MP4, Limits(), subtitles=subtitles)
    return made


def picture_at(path: Path, seconds: float) -> npt.NDArray[np.int_]:
    with av.open(str(path)) as container:
        frames = container.decode(video=0)
        shown = next(frame for frame in frames if frame.time is not None and frame.time >= seconds)
        return shown.to_ndarray(format="gray").astype(int)


def test_a_recording_alone_is_copied_as_before(tmp_path: Path) -> None:
    path = joined(tmp_path, "mp3", LOW)
    folder = tmp_path / "made"
    folder.mkdir()
    encode_all(path, folder / "a.mp3", MediaType.MP3, Limits())
    assert abs((folder / "a.mp3").stat().st_size - path.stat().st_size) < 1000
