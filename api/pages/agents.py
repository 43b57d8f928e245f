"""What a browser is called, in so few words that its owner knows it again; a hint, since it says what it likes."""

from typing import Final

_BROWSERS: Final = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
"""In this order: most name those after them as well."""
_SYSTEMS: Final = {
    "Windows": "Windows",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def browser_name(agent: str) -> str:
    """`Firefox, Windows` for a User-Agent header; its first words where it is none that is known."""
    found = [next((name for mark, name in known.items() if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, found)) or agent[:40]
