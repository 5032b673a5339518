"""The commands below `scribedock persons`: who signs in to the web pages."""
