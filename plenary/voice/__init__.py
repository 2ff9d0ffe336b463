"""Floor 5: what the process publishes (publications)."""
