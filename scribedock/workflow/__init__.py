"""The durable workflows; `engine` alone knows DBOS."""
