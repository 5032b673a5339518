"""`python -m scribedock`."""

from scribedock.cli import main

main()
