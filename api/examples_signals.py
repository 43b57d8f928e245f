"""A worked example of signals for the API's description. The figures are invented; a test holds its shape."""

from typing import Any, Final

_LINK: Final = "https://samsyn.example/samsyn/v1/tables/huddinge-storningar/signals?limit=20&page=1"

SIGNALS: Final[dict[str, Any]] = {
    "signals": [
        {
            "area": "0126",
            "category": "storning-klotter",
            "period": "2026-W46",
            "periodStart": "2026-11-09",
            "observed": 14,
            "expected": 6.113,
            "upper": 13.0,
            "p": 0.004,
            "q": 0.031,
            "tier": "strong",
            "alarm": True,
            "weeksInRow": 3,
            "method": "farrington",
            "inFamily": True,
        }
    ],
    "computedOn": "protected:0b6f3c1e-8d0c-4a53-9c37-5d1f6a4a2b10",
    "method": {"version": 1, "method": "farrington-flexible", "alpha": 0.01},
    "index": [],
    "clusters": [],
    "weights": {"id": "lika", "version": 1, "validFrom": "2024-01-01", "decidedBy": "Alla väger lika"},
    "_meta": {"totalRecords": 1, "page": 1, "offset": 0, "limit": 20, "count": 1},
    "_links": {name: {"href": _LINK, "rel": name, "method": "GET"} for name in ("self", "first", "last")},
}
SIGNALS_CSV: Final = (
    "area,category,period,period_start,observed,expected,upper,p,q,tier,alarm,weeks_in_row,method,in_family\r\n"
    "0126,storning-klotter,2026-W46,2026-11-09,14,6.113,13.0,0.004,0.031,strong,true,3,farrington,true\r\n"
)
