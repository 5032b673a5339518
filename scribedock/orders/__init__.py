"""Orders: what a customer asks of a job, which passes it takes, and who is called back."""
