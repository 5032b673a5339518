"""Proof of who somebody is: passwords, and what those who guess them meet."""
