"""The progress report: built once from the records as a document, then written in every format."""
