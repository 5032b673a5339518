"""What becomes of an upload: who may, how far it is, how it ends."""
