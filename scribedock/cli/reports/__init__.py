"""`scribedock status` and `scribedock audit`: how the installation is doing, and who did what."""
