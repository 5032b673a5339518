"""What accounts may use: budgets of minutes and bytes for a month, and rates of requests."""
