"""TTML and DFXP: the captions of XML."""
