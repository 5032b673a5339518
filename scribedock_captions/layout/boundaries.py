"""Where a caption must end, and where a line must."""

from __future__ import annotations

from scribedock_captions.options import CaptionOptions
from scribedock_captions.text.words import Word


def ends_caption(before: Word, after: Word, options: CaptionOptions) -> bool:
    """Tell whether a silence, a sentence, a speaker or a sound keeps both words from sharing a caption."""
    return not after.continues and (
        after.start - before.end > options.silence_max_ms or divides(before, after, options)
    )


def divides(before: Word, after: Word, options: CaptionOptions) -> bool:
    """Tell whether anything but a silence keeps both words from sharing a caption."""
    return (
        (options.caption_by_sentence and before.ends_sentence)
        or (after.new_speaker and (options.speaker_on_new_line or options.single_speaker_per_caption))
        or _alone(before, options)
        or _alone(after, options)
    )


def boundary(before: Word, after: Word, options: CaptionOptions) -> str:
    """Name the boundary between two words, for people; empty if there is none."""
    if not ends_caption(before, after, options):
        return ""
    if after.new_speaker and (options.speaker_on_new_line or options.single_speaker_per_caption):
        return "before another speaker"
    if options.caption_by_sentence and before.ends_sentence:
        return "at the end of a sentence"
    if after.start - before.end > options.silence_max_ms:
        return f"at a silence of {(after.start - before.end) / 1000:.1f} s"
    return "beside a sound that stands alone"


def ends_line(before: Word, after: Word, options: CaptionOptions) -> bool:
    """Tell whether two words of one caption must stand on different lines."""
    if after.continues:
        return False
    return (
        after.new_speaker
        or (options.line_break_on_sentence and not options.caption_by_sentence and before.ends_sentence)
        or _on_own_line(before, options)
        or _on_own_line(after, options)
    )


def _alone(word: Word, options: CaptionOptions) -> bool:
    if not word.sounds:
        return False
    if options.sound_threshold is not None and word.end - word.start > options.sound_threshold:
        return True
    return options.sound_tokens_by_caption or _listed(word, options.sound_tokens_by_caption_list)


def _on_own_line(word: Word, options: CaptionOptions) -> bool:
    if not word.sounds:
        return False
    return options.sound_tokens_by_line or _listed(word, options.sound_tokens_by_line_list)


def _listed(word: Word, tags: tuple[str, ...]) -> bool:
    return any(tag.value in tags for tag in word.sounds)
