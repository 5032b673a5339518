"""From sound to words to an ElementList."""
