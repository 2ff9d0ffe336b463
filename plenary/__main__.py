"""``python -m plenary`` is the ``plenary`` command."""

from plenary.faces.cli.main import main

main()
