"""From the cues of a file to captions, and to an ElementList."""
