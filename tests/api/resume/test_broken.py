"""Interrupted uploads and their resumption."""

from __future__ import annotations

from tests.support.resume.broken import *  # noqa: F403
