"""What browsers play as it is, and how the rest becomes what they play.

Judged by what Chromium, Firefox and Safari have in common (MDN, "Media container formats", "Web video codec
guide"); a codec that only some of them have is a fault of the recording here.
"""

from __future__ import annotations

from enum import StrEnum

from scribedock.media.formats import VIDEO_CODECS
from scribedock.media.probe import MediaInfo

MP4, WEBM = "video/mp4", "video/webm"
SOUND_TYPES = {
    "mp3": ("audio/mpeg", {"mp3", "mp3float"}),
    "wav": ("audio/wav", {"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_f32le"}),
    "flac": ("audio/flac", {"flac"}),
    "ogg": ("audio/ogg", {"vorbis", "opus", "libopus", "flac"}),
    "aac": ("audio/aac", {"aac"}),
}
"""Media type and codecs of the containers without pictures, by FFmpeg's name of the container."""
MP4_SOUND = {"aac", "mp3", "mp3float", "flac", "opus", "libopus"}
WEBM_SOUND = {"vorbis", "opus", "libopus"}
MODERN_PICTURES = {"vp9", "libvpx-vp9", "av1", "libdav1d", "libaom-av1"}
WEBM_PICTURES = {"vp8", "libvpx"} | MODERN_PICTURES
# In these containers time stamps can be copied to MP4. AVI has none of its own.
COPYABLE = ("mov", "matroska", "flv", "mpegts")
# 8 bits and 4:2:0 (ITU-T H.264, annex A), by FFmpeg's names.
PLAIN_PROFILES = {"Baseline", "Constrained Baseline", "Main", "High"}


class PictureWay(StrEnum):
    """How the pictures of a proxy come about."""

    COPIED = "copied"  # only the container, or the sound, is at fault
    ENCODED = "encoded"
    NONE = "none"  # nobody here can read them


def playable_type(info: MediaInfo) -> str | None:
    """Return the media type with which every browser plays the file as it is; None where one does not."""
    if not info.first_track:
        return None
    if not info.has_video and info.container in SOUND_TYPES:
        media_type, codecs = SOUND_TYPES[info.container]
        return media_type if info.audio_codec in codecs else None
    if info.container.startswith("mov"):
        pictures = not info.has_video or info.plain_h264 or info.video_codec in MODERN_PICTURES
        if info.audio_codec in MP4_SOUND and pictures:
            return MP4 if info.has_video else "audio/mp4"
    elif info.document_type == "webm":
        pictures = not info.has_video or info.video_codec in WEBM_PICTURES
        if info.audio_codec in WEBM_SOUND and pictures:
            return WEBM if info.has_video else "audio/webm"
    return None


def picture_way(info: MediaInfo) -> PictureWay:
    """Return how the pictures get into a proxy in MP4."""
    if info.video_stream is None or info.video_codec not in VIDEO_CODECS | WEBM_PICTURES:
        return PictureWay.NONE
    if info.container.startswith(COPYABLE):
        plain = info.plain_h264 or (
            info.container.startswith("mpegts") and info.h264_profile in PLAIN_PROFILES
        )
        if plain or info.video_codec in MODERN_PICTURES:
            return PictureWay.COPIED
    return PictureWay.ENCODED


def in_words(info: MediaInfo) -> str:
    """Describe the recording as in "hevc and aac in mov", for messages."""
    codecs = " and ".join(filter(None, (info.video_codec, info.audio_codec)))
    return f"{codecs} in {info.container.partition(',')[0]}"
