"""The errors of this package. Each has a message that says what is wrong, and what would be right.

CaptionsError
├── UnreadableFile
│   ├── FileTooLarge
│   └── UnsupportedFormat
├── InvalidElementList
├── UnusableOption
└── UnwritableCaptions
"""

from __future__ import annotations


class CaptionsError(Exception):
    """The base of all errors that this package raises for input that it cannot use.

    `str()` gives the message. Any other exception is a defect of the package.
    """


class UnreadableFile(CaptionsError):
    """Raised by the readers for bytes that are no text, or are not what their format asks for."""


class FileTooLarge(UnreadableFile):
    """Raised by the readers for more bytes, captions, characters or elements than a recording can need."""


class UnsupportedFormat(UnreadableFile):
    """Raised for a file whose format is recognised, but cannot be read: SCC, SAMI, PDF, an archive."""


class InvalidElementList(CaptionsError):
    """Raised for JSON that is not an ElementList. The message begins with the place: `segments[3].id`."""


class UnusableOption(CaptionsError):
    """Raised for an option that is out of its bounds, or that contradicts another one.

    The message begins with the name of the option. The options raise it when they are made, and a writer
    does for what it alone understands (`dfxp_header`).
    """


class UnwritableCaptions(CaptionsError):
    """Raised by a writer for captions that its format cannot hold, whatever the options."""
