"""The catalogue as DCAT-AP-SE 3, in JSON-LD and Turtle: what the caller may read, with access rights that say so.

A portal that harvests it with a reader's access key finds every table with its formats; nothing of a table is told to
one who may not have it. Terms: https://docs.dataportal.se/dcat/3.0.0/sv/ (DCAT-AP-SE 3), W3C DCAT 3.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from rdflib import DCAT, DCTERMS, FOAF, RDF, XSD, BNode, Graph, Literal, Namespace, URIRef
from starlette.responses import Response

from api.answers import Validators, answer, chosen, etag, known, not_modified
from api.conventions.ogc_filters import last_day
from api.depends import Puller
from api.described import href
from api.errands import Purposes, purpose_of
from api.granted import Granted, granted, note_list
from api.problem_docs import documented
from api.problems import NotAcceptable, PurposeMissing, UnknownCode
from api.reading import Readings
from api.rules import RulesNow
from api.wire import BASE
from formats.registry import FORMATS
from formats.table import period_start
from policies.agreement import Agreement

PATH: Final = "/catalog"
TURTLE: Final = "text/turtle"
JSON_LD: Final = "application/ld+json"
_FORMS: Final = {"json-ld": JSON_LD, "turtle": TURTLE}
_RDFLIB: Final = {"json-ld": "json-ld", "turtle": "turtle"}
_VCARD: Final = Namespace("http://www.w3.org/2006/vcard/ns#")
_DCATAP: Final = Namespace("http://data.europa.eu/r5r/")
_EU: Final = "http://publications.europa.eu/resource/authority"
_SWEDISH: Final = URIRef(f"{_EU}/language/SWE")
_JUSTICE: Final = URIRef(f"{_EU}/data-theme/JUST")
_CC0: Final = URIRef("http://creativecommons.org/publicdomain/zero/1.0/")
_SWEDEN: Final = URIRef(f"{_EU}/country/SWE")
_OFTEN: Final = {"iso-week": "WEEKLY", "month": "MONTHLY", "day": "DAILY", "quarter": "QUARTERLY", "year": "ANNUAL"}
_FILES: Final = {"csv": "CSV", "json": "JSON", "xlsx": "XLSX", "geojson": "GEOJSON", "parquet": "PARQUET", "px": None}
"""The formats told of, and their names in the EU's list of file types where it has them."""

router = APIRouter(tags=["dcat"])

Form = Annotated[str | None, Query(description="Else what Accept prefers", json_schema_extra={"enum": list(_FORMS)})]


@router.get(
    PATH,
    summary="The catalogue (DCAT-AP-SE 3)",
    response_class=Response,
    responses={
        200: {"description": "The catalogue", "content": {JSON_LD: {}, TURTLE: {}}},
        304: {"description": "What the caller has is still so"},
        **documented(PurposeMissing, UnknownCode, NotAcceptable),
    },
)
def catalog(request: Request, visit: Puller, format: Form = None, why: Purposes = None) -> Response:  # noqa: A002 -- the parameter's name
    """The tables that the caller may read, as a catalogue of datasets."""
    written_as = chosen(request, format, _FORMS)
    purpose = purpose_of(visit, why)
    readings: Readings = request.app.state.readings
    found = granted(readings, visit, purpose)
    rules = readings.rules.now()
    validators = Validators(
        etag(
            *(f"{grant.id} {release.id}" for grant, release in found),
            written_as,
            str(rules.since),
            str(request.base_url),
        )
    )
    note_list(visit, purpose, len(found), "catalogue, dcat")
    if known(request, validators):
        return not_modified(request, validators)
    graph = catalogue(request, found, rules, {grant.id: _agreement(rules, grant.id, visit.day) for grant, _ in found})
    body = graph.serialize(format=_RDFLIB[written_as], encoding="utf-8")
    return answer(request, body, _FORMS[written_as], validators)


def catalogue(
    request: Request, found: Sequence[Granted], rules: RulesNow, agreements: dict[str, Agreement | None]
) -> Graph:
    """The catalogue with a dataset for every table and the service that gives them."""
    graph = Graph()
    for prefix, space in (("dcat", DCAT), ("dct", DCTERMS), ("foaf", FOAF), ("vcard", _VCARD), ("dcatap", _DCATAP)):
        graph.bind(prefix, space)
    root, service = URIRef(href(request, PATH)), URIRef(href(request, f"{PATH}#service"))
    publisher = _agent(graph, URIRef(href(request, f"{PATH}#publisher")), "Samsyn")
    _say(
        graph,
        root,
        (RDF.type, DCAT.Catalog),
        (DCTERMS.publisher, publisher),
        (DCTERMS.language, _SWEDISH),
        (DCTERMS.spatial, _SWEDEN),
        (DCTERMS.license, _CC0),
        (DCAT.service, service),
    )
    _worded(graph, root, DCTERMS.title, {"sv": "Samsyn: tabeller", "en": "Samsyn: tables"})
    _worded(
        graph,
        root,
        DCTERMS.description,
        {
            "sv": "Tabeller över händelser per område, kategori och period",
            "en": "Tables of events by area, category and period",
        },
    )
    for node in (publisher, _SWEDEN):
        graph.add((node, RDF.type, FOAF.Agent if node == publisher else DCTERMS.Location))
    _say(
        graph,
        service,
        (RDF.type, DCAT.DataService),
        (DCAT.endpointURL, URIRef(href(request, BASE))),
        (DCAT.endpointDescription, URIRef(href(request, f"{BASE}/openapi.json"))),
        (DCTERMS.publisher, publisher),
        (DCTERMS.accessRights, _rights("RESTRICTED")),
    )
    _worded(graph, service, DCTERMS.title, {"sv": "Samsyns API", "en": "Samsyn's API"})
    _say(graph, service, (DCAT.contactPoint, _contact(graph, BNode(), "Samsyn", "kontakt@samsyn.example")))
    for grant, release in found:
        node = _dataset(graph, request, (grant, release), rules, agreements[grant.id])
        _say(graph, root, (DCAT.dataset, node))
        _say(graph, service, (DCAT.servesDataset, node))
    return graph


def _dataset(graph: Graph, request: Request, given: Granted, rules: RulesNow, agreement: Agreement | None) -> URIRef:
    grant, release = given
    dataset = rules.datasets[grant.dataset]
    node = URIRef(href(request, f"{BASE}/tables/{grant.id}"))
    public = bool(agreement and agreement.public)
    issued = Literal(release.released_at.isoformat(), datatype=XSD.dateTime)
    publisher = _agent(graph, BNode(), dataset.controller)
    _say(
        graph,
        node,
        (RDF.type, DCAT.Dataset),
        (DCTERMS.identifier, Literal(grant.id)),
        (DCTERMS.publisher, publisher),
        (DCTERMS.accessRights, _rights("PUBLIC" if public else "RESTRICTED")),
        (DCTERMS.modified, issued),
        (DCTERMS.issued, issued),
        (DCTERMS.language, _SWEDISH),
        (DCAT.theme, _JUSTICE),
        (DCTERMS.spatial, _SWEDEN),
        (URIRef(f"{DCAT}version"), Literal(release.id)),
        (DCTERMS.temporal, _span(graph, given)),
    )
    if often := _OFTEN.get(grant.period_unit):
        _say(graph, node, (DCTERMS.accrualPeriodicity, URIRef(f"{_EU}/frequency/{often}")))
    _worded(graph, node, DCTERMS.title, {"sv": grant.title.sv, "en": grant.title.en})
    _worded(graph, node, DCTERMS.description, {"sv": dataset.notes.sv, "en": dataset.notes.en})
    _worded(graph, node, DCAT.keyword, {"sv": "brottsförebyggande", "en": "crime prevention"})
    if agreement:
        _say(
            graph, node, (DCAT.contactPoint, _contact(graph, BNode(), agreement.contact.name, agreement.contact.email))
        )
    for name, known_as in _FILES.items():
        _say(graph, node, (DCAT.distribution, _distribution(graph, request, grant.id, name, known_as, public=public)))
    return node


def _distribution(  # noqa: PLR0913 -- what is said of a file
    graph: Graph, request: Request, table: str, name: str, known_as: str | None, *, public: bool
) -> URIRef:
    at = URIRef(href(request, f"{BASE}/tables/{table}/cells", f"format={name}"))
    node = URIRef(href(request, f"{PATH}#{table}-{name}"))
    media_type = URIRef(f"https://www.iana.org/assignments/media-types/{FORMATS[name].media_type}")
    _say(
        graph,
        node,
        (RDF.type, DCAT.Distribution),
        (DCAT.accessURL, at),
        (DCAT.downloadURL, at),
        (DCAT.mediaType, media_type),
        (DCTERMS.title, Literal(name.upper(), lang="en")),
    )
    if known_as:
        _say(graph, node, (DCTERMS["format"], URIRef(f"{_EU}/file-type/{known_as}")))
    if public:
        _say(graph, node, (DCTERMS.license, _CC0), (_DCATAP.availability, URIRef(f"{_EU}/planned-availability/STABLE")))
    else:
        terms = BNode()
        graph.add((terms, RDF.type, DCTERMS.RightsStatement))
        _worded(graph, terms, DCTERMS.description, {"sv": "Enligt överenskommelsen", "en": "Under the agreement"})
        _say(graph, node, (DCTERMS.rights, terms))
    return node


def _span(graph: Graph, given: Granted) -> BNode:
    grant, release = given
    node = BNode()
    start = period_start(release.first_period)
    end = last_day(period_start(release.last_period), grant.period_unit)
    _say(graph, node, (RDF.type, DCTERMS.PeriodOfTime), (DCAT.startDate, Literal(start)), (DCAT.endDate, Literal(end)))
    return node


def _agent(graph: Graph, node: URIRef | BNode, name: str) -> URIRef | BNode:
    _say(
        graph,
        node,
        (RDF.type, FOAF.Agent),
        (FOAF.name, Literal(name)),
        (DCTERMS.type, URIRef("http://purl.org/adms/publishertype/LocalAuthority")),
    )
    return node


def _contact(graph: Graph, node: BNode, name: str, email: str) -> BNode:
    _say(
        graph,
        node,
        (RDF.type, _VCARD.Organization),
        (_VCARD.fn, Literal(name)),
        (_VCARD.hasEmail, URIRef(f"mailto:{email}")),
    )
    return node


def _rights(name: str) -> URIRef:
    return URIRef(f"{_EU}/access-right/{name}")


def _say(graph: Graph, node: URIRef | BNode, *said: tuple[URIRef, URIRef | BNode | Literal]) -> None:
    for predicate, value in said:
        graph.add((node, predicate, value))


def _worded(graph: Graph, node: URIRef | BNode, predicate: URIRef, words: dict[str, str]) -> None:
    for language, text in words.items():
        graph.add((node, predicate, Literal(text, lang=language)))


def _agreement(rules: RulesNow, table: str, day: date) -> Agreement | None:
    found = rules.agreements.grant(table, day)
    return found[0] if found else None
