"""Between the socket and the calls: the protocol, bodies, files, waiting. It knows no call."""
