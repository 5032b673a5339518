"""What is erased with a job: at once when it is deleted, and of which columns in all."""
