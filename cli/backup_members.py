"""What lies in a backup, by name: how it was made, the tables in parts, the home's files, and the digest of each."""

from typing import Final

FORMAT: Final = 1
ABOUT: Final = "about.json"
"""The first member: when and by what it was made, at which revision, and the trail's checkpoint at that moment."""

TABLES: Final = "tables"
HOME: Final = "home"
MANIFEST: Final = "manifest.json"
"""The last member: rows and SHA-256 of every other, by name."""
