"""The service's own log: JSON lines that say what happened and never a secret, a code asked for, or a count.

The trail is the record of who read what; this is for whoever keeps the service running. The request id joins them.
"""

import logging
import sys
import traceback
from typing import IO, Final

import structlog

NAME: Final = "samsyn"


def configure(stream: IO[str] | None = None, level: int = logging.INFO) -> None:
    """Write every log line of this process, the server's own too, as JSON to `stream` (default: standard error)."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_traceback,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)  # libraries are not chatty about addresses: httpx tells every URL at INFO
    for name in (NAME, "uvicorn"):
        logging.getLogger(name).setLevel(level)


def logger() -> structlog.typing.FilteringBoundLogger:
    """The logger of the doors."""
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger(NAME)
    return log


def where(error: BaseException) -> dict[str, object]:
    """An error as its kind and the places it passed, without its message: a database's repeats what it was given."""
    places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    return {"error": type(error).__qualname__, "places": places[-12:]}


def _without_traceback(
    _logger: structlog.typing.WrappedLogger, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """A library's `exc_info` as kind and places, like our own errors."""
    raised = event.pop("exc_info", None)
    error = raised[1] if isinstance(raised, tuple) else raised
    return {**event, **where(error)} if isinstance(error, BaseException) else event
