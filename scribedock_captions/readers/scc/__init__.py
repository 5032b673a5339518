"""SCC: the bytes of CEA-608, the captions of analogue television, with the time of each packet."""
