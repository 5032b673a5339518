"""Moving the bytes of an upload, and how slowly they may arrive."""
