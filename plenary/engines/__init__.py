"""Floor 2: engines that programmes run on (calls, and later review, voting, classify)."""
