"""`scribedock watch`: a folder whose recordings are transcribed as they appear."""
