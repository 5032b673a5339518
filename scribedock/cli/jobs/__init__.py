"""`scribedock jobs`: jobs of every account, for the operator."""
