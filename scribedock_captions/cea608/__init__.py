"""CEA-608, the captions of analogue television, as far as its reader and its writer share it."""
