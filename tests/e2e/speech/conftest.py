from __future__ import annotations

from tests.support.media.real import (  # noqa: F401 what these tests share
    conversation,
    conversation_speech,
    recording,
    reference,
)
