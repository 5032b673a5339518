"""A finished job's results besides its ElementLists: media, mails, links that need no token."""
