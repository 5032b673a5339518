"""`python -m scribedock`."""

from scribedock.cli.main import main

main()
