"""The schemes of SCRIBEDOCK_STORAGE_URL: a module for each, which ends with a `SCHEME`."""
