"""Files transcribed without a server, one after the other: `scribedock transcribe`."""
