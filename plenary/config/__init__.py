"""Settings, addresses and the WSGI entry: how the rooms are put together into one site."""
