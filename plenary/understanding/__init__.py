"""Floor 4: what can be learned from the records (insights)."""
