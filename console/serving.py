"""The console as a server that its caller starts, in any thread, and ends."""

import logging

import uvicorn
from starlette.types import ASGIApp

_GRACE = 2  # seconds that requests under way get when it ends


def serve(app: ASGIApp, host: str, port: int) -> uvicorn.Server:
    """Not started yet: `run()` blocks until `should_exit` is set. In the main thread it ends by
    itself on SIGINT and SIGTERM; in any other the caller has to see to that."""
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,  # through our own handlers
            access_log=False,
            server_header=False,
            ws="none",
            lifespan="off",
            timeout_graceful_shutdown=_GRACE,
        )
    )
