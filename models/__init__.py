"""The tables, and nothing that decides."""
