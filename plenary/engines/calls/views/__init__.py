"""The pages of calls: ``public`` for everybody, ``answering`` for those who answer one, ``mine`` for what they sent, ``uploads``."""
