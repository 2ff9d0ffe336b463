"""Floor 6: the ways in (site, desk, api, cli)."""
