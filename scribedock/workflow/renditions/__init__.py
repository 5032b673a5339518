"""The workflow that makes files from recordings: for customers, and for browsers that play them."""
