"""What anyone may know: that the process lives, whether it is ready, and which API this is."""

from datetime import date
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from api.depends import STRICT
from api.description import VERSION
from api.logs import logger, where
from api.wire import ApiInfo, Health, as_json

RELEASED: Final = date(2026, 11, 22)

about = APIRouter(tags=["about"], dependencies=[STRICT])


@about.get("/health", summary="Whether the process lives")
def health() -> Health:
    """Answers as long as the process does; touches nothing else."""
    return Health(status="pass")


@about.get("/ready", summary="Whether the process can serve", responses={503: {"model": Health}})
def ready(request: Request) -> JSONResponse:
    """Tries what the doors stand on, and names what fails."""
    failing = [name for name, check in request.app.state.checks.items() if not _passes(name, check)]
    body = Health(status="fail" if failing else "pass", failing=failing)
    return JSONResponse(as_json(body), 503 if failing else 200)


@about.get("/samsyn/v1/api-info", summary="Which API this is (Digg's REST API profile, VER.06)")
def api_info(request: Request) -> ApiInfo:
    """Name, version, day of publication, documentation and status."""
    return ApiInfo(
        api_name="samsyn",
        api_version=VERSION,
        api_released=RELEASED,
        api_documentation=str(request.base_url.replace(path="/docs")),
        api_status="alpha",
    )


def _passes(name: str, check: object) -> bool:
    try:
        check()  # type: ignore[operator]  # the checks of `frame.Fittings`
    except Exception as error:  # noqa: BLE001 -- whatever it is, the process is not ready
        logger().warning("not ready", check=name, **where(error))
        return False
    return True
