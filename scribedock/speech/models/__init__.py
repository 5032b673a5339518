"""The models that an operator may download by name: where they come from, where they are, which one to use.

The server itself never downloads one: `scribedock models pull` is the operator's permission.
"""
