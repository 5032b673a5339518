"""`scribedock captions`: convert and check files of captions, and describe a job's picture."""
