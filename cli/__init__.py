"""The command line: one file per group of commands, the top floor of the house."""
