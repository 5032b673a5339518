"""`scribedock callbacks`: what was called back, and what became of it."""
