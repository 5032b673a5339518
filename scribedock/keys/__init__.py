"""The server's own secrets, and what is encrypted with them."""
