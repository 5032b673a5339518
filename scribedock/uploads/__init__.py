"""The pre-signed URL: its grant, and what its owner can ask and do."""
