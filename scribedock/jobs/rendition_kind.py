"""The kinds of files that are made from a job's recording (`results.renditions`)."""

from __future__ import annotations

from enum import StrEnum


class RenditionKind(StrEnum):
    MP3 = "mp3"
    MP4 = "mp4"
    DESCRIPTION = "description"  # the audio description, spoken, as mp3
    CAPTIONED = "captioned"  # the captions burned into the picture, as mp4
    PEAKS = "peaks"  # of the waveform; its details say what the recording is
    THUMBNAILS = "thumbnails"
    SOUND_PROXY = "sound_proxy"
    VIDEO_PROXY = "video_proxy"
    SPOKEN_TRACK = "spoken_track"  # the audio description, spoken beside the recording

    @property
    def extension(self) -> str:
        return FILE_TYPES[self][0]

    @property
    def media_type(self) -> str:
        return FILE_TYPES[self][1]


FILE_TYPES = {
    RenditionKind.MP3: (".mp3", "audio/mpeg"),
    RenditionKind.MP4: (".mp4", "video/mp4"),
    RenditionKind.DESCRIPTION: (".mp3", "audio/mpeg"),
    RenditionKind.CAPTIONED: (".mp4", "video/mp4"),
    RenditionKind.PEAKS: (".peaks", "application/octet-stream"),
    RenditionKind.THUMBNAILS: (".jpg", "image/jpeg"),
    RenditionKind.SOUND_PROXY: (".m4a", "audio/mp4"),
    RenditionKind.VIDEO_PROXY: (".mp4", "video/mp4"),
    RenditionKind.SPOKEN_TRACK: (".m4a", "audio/mp4"),
}
PLAYBACK_KINDS = frozenset(
    {
        RenditionKind.PEAKS,
        RenditionKind.THUMBNAILS,
        RenditionKind.SOUND_PROXY,
        RenditionKind.VIDEO_PROXY,
        RenditionKind.SPOKEN_TRACK,
    }
)
"""What is made for browsers alone, in a queue of its own."""
