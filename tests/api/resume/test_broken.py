"""Uploads that break off and are gone on with."""

from __future__ import annotations

from tests.support.resume.broken import *  # noqa: F403
