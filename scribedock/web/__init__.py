"""Templates of pages and mails."""
