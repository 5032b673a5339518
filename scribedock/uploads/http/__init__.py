"""What a request to an upload URL says: its head, its digests, its chunks."""
