"""News of releases as feeds: Atom (RFC 4287) and RSS 2.0. An entry names a release and says no figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

ATOM_MEDIA_TYPE: Final = "application/atom+xml"
RSS_MEDIA_TYPE: Final = "application/rss+xml"
_ATOM: Final = "http://www.w3.org/2005/Atom"
_TITLE: Final = "Samsyn: nya utgåvor / new releases"


@dataclass(frozen=True)
class News:
    """One thing that happened to a table: a release, or that one was withdrawn.

    Attributes:
        key: names it for ever.
        href: where the table is.
    """

    key: str
    title: str
    summary: str
    href: str
    at: datetime


def write_atom(news: Sequence[News], own: str, updated: datetime) -> bytes:
    """The news as an Atom feed, whose own URL is `own`."""
    feed = Element("feed", xmlns=_ATOM)
    SubElement(feed, "id").text = own
    SubElement(feed, "title").text = _TITLE
    SubElement(feed, "updated").text = _time(news[0].at if news else updated)
    SubElement(SubElement(feed, "author"), "name").text = "Samsyn"
    SubElement(feed, "link", rel="self", type=ATOM_MEDIA_TYPE, href=own)
    for one in news:
        entry = SubElement(feed, "entry")
        SubElement(entry, "id").text = f"urn:samsyn:{one.key}"
        SubElement(entry, "title").text = one.title
        SubElement(entry, "updated").text = _time(one.at)
        SubElement(entry, "summary").text = one.summary
        SubElement(entry, "link", rel="alternate", type="application/json", href=one.href)
    return _written(feed)


def write_rss(news: Sequence[News], own: str) -> bytes:
    """The news as RSS 2.0."""
    rss = Element("rss", version="2.0")
    channel = SubElement(rss, "channel")
    for name, text in (("title", _TITLE), ("link", own), ("description", _TITLE)):
        SubElement(channel, name).text = text
    for one in news:
        item = SubElement(channel, "item")
        for name, text in (("title", one.title), ("link", one.href), ("description", one.summary)):
            SubElement(item, name).text = text
        SubElement(item, "guid", isPermaLink="false").text = f"urn:samsyn:{one.key}"
        SubElement(item, "pubDate").text = format_datetime(one.at)
    return _written(rss)


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _written(root: Element) -> bytes:
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))
