"""Keyed tokens for identifiers and sealed fields, pure: keys, chance and time come in as arguments."""
