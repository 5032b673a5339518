"""Steps that workflows share, and how they are retried."""
