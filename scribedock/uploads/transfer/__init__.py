"""Moving the bytes of an upload, and how slow they may come."""
