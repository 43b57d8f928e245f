"""The FastAPI that every door stands in: problem documents on every path, limits, health, and its own description."""

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.about import about
from api.again import Again
from api.description import VERSION, describe
from api.documentation import router as documentation
from api.envelope import Envelope, problem_response
from api.fittings import Fittings
from api.limits import BodyLimit
from api.logs import logger, where
from api.metrics import Metrics
from api.parameters import not_understood
from api.problems import (
    DatabaseUnavailable,
    MethodNotAllowed,
    Problem,
    RightsMoved,
    TrailUnavailable,
    of_status,
)
from api.wire import BASE
from store.trail import RightsChanged
from store.trail import TrailUnavailable as TrailFailure


class Door(FastAPI):
    """A FastAPI whose description tells the whole interface, problem documents and scopes included."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if not self.openapi_schema:
            self.openapi_schema = describe(super().openapi(), self)
        return self.openapi_schema


def frame(fittings: Fittings, closing: ExitStack) -> Door:
    """An app with these fittings; whatever `closing` holds is closed, last first, when it shuts down."""
    metrics = Metrics()
    for gauge in fittings.gauges:
        metrics.follow(gauge)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with closing:
            for start in fittings.starting:
                start()
            yield

    app = Door(
        title="Samsyn",
        version=VERSION,
        openapi_url=f"{BASE}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    handlers = {
        HTTPException: _framework_refused,
        Problem: _problem,
        RequestValidationError: _not_understood,
        TrailFailure: _trail_failed,
        RightsChanged: _rights_changed,
        OperationalError: _database_failed,
        InterfaceError: _database_failed,
        PoolTimeout: _database_failed,
        **fittings.handlers,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
    for name, value in {**fittings.state, "checks": fittings.checks, "metrics": metrics}.items():
        setattr(app.state, name, value)
    for router in (about, documentation, *fittings.routers):
        app.include_router(router)
    app.add_middleware(BodyLimit, endings=fittings.large_bodies)
    app.add_middleware(Again)
    app.add_middleware(Envelope, metrics=metrics)
    return app


def allowed_methods(app: FastAPI, path: str) -> list[str]:
    """Every method that some route takes on `path` (RFC 9110 §15.5.6); HEAD goes wherever GET does."""
    found: set[str] = set()
    for context in iter_route_contexts(app.routes):
        if context.methods and context.path_regex.match(path):
            found |= context.methods
    return sorted(found | {"HEAD"} if "GET" in found else found)


async def _framework_refused(request: Request, error: Exception) -> Response:
    status, headers = getattr(error, "status_code", 500), getattr(error, "headers", None)
    if status == 405:
        allow = ", ".join(allowed_methods(request.app, request.scope["path"]))
        return problem_response(request, MethodNotAllowed(f"Use one of {allow}", headers={"Allow": allow}))
    return problem_response(request, of_status(status, headers=headers))


async def _problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)  # noqa: S101 -- what the handler was registered for
    return problem_response(request, problem)


async def _not_understood(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- what the handler was registered for
    return problem_response(request, not_understood(error))


async def _trail_failed(request: Request, error: Exception) -> Response:
    """No trace, no data; what was the matter is for whoever keeps the service running."""
    request.app.state.metrics.trail_failed()
    logger().error("trail unavailable", request=request.state.request_id, reason=str(error))
    return problem_response(request, TrailUnavailable(headers={"Retry-After": "10"}))


async def _rights_changed(request: Request, error: Exception) -> Response:
    """Something was decided at the very moment, or a replica is behind; asked again it is decided anew."""
    del error
    return problem_response(request, RightsMoved(headers={"Retry-After": "1"}))


async def _database_failed(request: Request, error: Exception) -> Response:
    logger().error("database unavailable", request=request.state.request_id, **where(error))
    return problem_response(request, DatabaseUnavailable(headers={"Retry-After": "10"}))
