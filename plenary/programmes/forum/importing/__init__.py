"""Reading programmes that others wrote: frab XML, frab and pretalx JSON, and tables.

Every reader gives ``SessionData`` and notes all problems; what they mean for the database is worked out in ``writing``.
"""
