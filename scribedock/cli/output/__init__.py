"""How the commands print: one JSON document, tables that fit the terminal, fields."""
