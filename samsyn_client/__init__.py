"""The typed Python client that the command line uses too."""
