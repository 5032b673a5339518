"""What the calls take and what they answer, as models."""
