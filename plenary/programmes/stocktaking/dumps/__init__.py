"""The whole public repository as files, made every night: for analysts, and for other repositories."""
