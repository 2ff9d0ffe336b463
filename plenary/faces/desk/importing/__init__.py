"""Importing files at the desk: what can be imported (``registry``), and where an upload waits to be confirmed (``shelf``)."""
