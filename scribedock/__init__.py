"""Self-hosted transcription and captioning that speaks the cielo24 Web Services API, version 1."""

from importlib.metadata import version

__version__ = version("scribedock")
