"""`scribedock webhooks`: where events are posted, and what became of them."""
