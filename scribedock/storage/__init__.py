"""Where recordings are kept: a folder of this machine, or a bucket."""
