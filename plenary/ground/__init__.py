"""Floor 1: what every programme stands on (audit, concepts, people, files, mail, search, measures, pages)."""
