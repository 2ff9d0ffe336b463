"""How fast the main pages are: ``python -m bench`` prints tables."""
