"""OAI-PMH 2.0: other repositories take over all that is public here, and then only what changed."""
