"""Which containers and codecs are read: those that recordings come in, and no others.

A playlist (concat, HLS, DASH, SDP, image sequences) names other files, and FFmpeg
follows it even when it was given an open file; a picture or subtitle format is no
recording.  So the list says what is allowed, never what is forbidden.
"""

from __future__ import annotations

CONTAINERS = frozenset(
    """
    3gp aac ac3 aiff amr ape asf au avi caf dts dtshd dv eac3 flac flv gxf ircam loas
    m4v matroska mlp mov mp3 mp4 mpc mpc8 mpeg mpegts mxf nistsphere nsv nut ogg oma
    rm shn sln sox tak tta truehd voc w64 wav webm wtv wv xwma
    """.split()
)

AUDIO_CODECS = frozenset(
    """
    aac aac_latm ac3 adpcm_adx adpcm_g722 adpcm_ima_qt adpcm_ima_wav adpcm_ms adpcm_swf adpcm_yamaha
    alac als amrnb amrwb ape atrac1 atrac3 atrac3al atrac3plus atrac3plusal cook dca dvaudio eac3
    evrc flac g722 g723_1 g726 g726le g729 gsm gsm_ms ilbc imc libopencore_amrnb libopencore_amrwb
    libopus mace3 mace6 mlp mp1 mp1float mp2 mp2float mp3 mp3float mp3on4 mp3on4float mpc7 mpc8
    nellymoser opus pcm_alaw pcm_bluray pcm_dvd pcm_f16le pcm_f24le pcm_f32be pcm_f32le pcm_f64be
    pcm_f64le pcm_lxf pcm_mulaw pcm_s16be pcm_s16be_planar pcm_s16le pcm_s16le_planar pcm_s24be
    pcm_s24daud pcm_s24le pcm_s24le_planar pcm_s32be pcm_s32le pcm_s32le_planar pcm_s64be pcm_s64le
    pcm_s8 pcm_s8_planar pcm_u16be pcm_u16le pcm_u24be pcm_u24le pcm_u32be pcm_u32le pcm_u8 pcm_vidc
    qcelp qdm2 qdmc real_144 real_288 s302m shorten sipr speex tak truehd truespeech tta vorbis
    wavpack wmalossless wmapro wmav1 wmav2 wmavoice
    """.split()
)

# Decoded only for output with pictures: by the ffmpeg program behind a fence of its own, and for thumbnails.
VIDEO_CODECS = frozenset(
    """
    av1 cinepak dnxhd dvvideo ffv1 flv h261 h263 h263p h264 hevc huffyuv jpeg2000 libaom-av1 libdav1d
    libopenjpeg mjpeg mpeg1video mpeg2video mpeg4 msmpeg4 msmpeg4v1 msmpeg4v2 msrle msvideo1 prores
    qtrle rawvideo rpza rv10 rv20 rv30 rv40 svq1 svq3 theora utvideo vc1 vp3 vp6 vp6a vp6f vp8 vp9
    wmv1 wmv2 wmv3
    """.split()
)

DEMUXER_OPTIONS = {
    "format_whitelist": ",".join(sorted(CONTAINERS)),
    "codec_whitelist": ",".join(sorted(AUDIO_CODECS)),  # so that no picture is ever decoded
    "protocol_whitelist": "none",
    "enable_drefs": "0",
    "max_streams": "200",
}

PLAYLISTS = (b"ffconcat", b"#EXTM3U", b"<?xml", b"<MPD", b"<SmoothStreamingMedia", b"v=0")


PICTURE_OPTIONS = {**DEMUXER_OPTIONS, "codec_whitelist": ",".join(sorted(AUDIO_CODECS | VIDEO_CODECS))}
"""For the one operation that shows pictures (`fenced.thumbnails`)."""


def is_playlist(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of a list of other media."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(PLAYLISTS)
