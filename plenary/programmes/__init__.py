"""Floor 3: what the process does (stocktaking, awards, forum, partners)."""
