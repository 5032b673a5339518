"""What a finished job gives out beside its ElementLists: media, mails, links that need no token."""
