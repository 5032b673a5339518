"""Uploads by tus 1.0.0."""

from __future__ import annotations

from tests.support.resume.tus import *  # noqa: F403
