"""The database: the connection, the tables, and their upgrades."""
