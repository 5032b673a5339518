"""setuptools' build backend, and before it the web application's bundle, which every distribution has.

A source distribution contains the bundle, so neither Node.js nor npm is needed where it is installed. An
editable installation runs from a checkout, where `make` builds the bundle.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (
    build_editable,
    get_requires_for_build_editable,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

import frontend

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

Config = Mapping[str, Any] | None


def _node() -> list[str]:
    return [] if frontend.is_built() else [frontend.NODE_REQUIREMENT]


def get_requires_for_build_wheel(config_settings: Config = None) -> list[str]:
    return [*build_meta.get_requires_for_build_wheel(config_settings), *_node()]


def get_requires_for_build_sdist(config_settings: Config = None) -> list[str]:
    return [*build_meta.get_requires_for_build_sdist(config_settings), *_node()]


def build_wheel(
    wheel_directory: str, config_settings: Config = None, metadata_directory: str | None = None
) -> str:
    """Build the wheel, and the bundle before it where there is none."""
    _build_bundle()
    return build_meta.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_sdist(sdist_directory: str, config_settings: Config = None) -> str:
    """Build the source distribution, and the bundle before it where there is none."""
    _build_bundle()
    return build_meta.build_sdist(sdist_directory, config_settings)


def _build_bundle() -> None:
    if not frontend.is_built():
        frontend.build()
