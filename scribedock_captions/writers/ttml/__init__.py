"""What the formats that are TTML have in common (W3C, Timed Text Markup Language 1, namespace ttml)."""
