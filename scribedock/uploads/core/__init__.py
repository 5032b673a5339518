"""An upload from admission to completion: who may, how far it is, how it ends."""
