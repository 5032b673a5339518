"""`/metrics`, `/healthz` and `/readyz` for those who watch the installation, on an address of their own."""
