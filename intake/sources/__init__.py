"""Adapters: what a public source says, read as counts of a dataset, with an account of every row."""
