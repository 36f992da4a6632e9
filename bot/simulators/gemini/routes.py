"""All routes of the simulator: both versions, with and without the base path of the older edition.

Source: "Interactions API", "Files API" and "Webhooks" references, Gemini API docs.
"""

from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.simulators.gemini.app import Interactions
from bot.simulators.gemini.control import Control
from bot.simulators.gemini.editions import OUTPUTS_PATH
from bot.simulators.gemini.uploads import FilesApi
from bot.simulators.gemini.webhooks_api import WebhooksApi
from bot.simulators.gemini.wire import ApiError

VERSIONS = ("v1", "v1beta")


@dataclass(frozen=True)
class Api:
    """Everything that has routes."""

    interactions: Interactions
    files: FilesApi
    webhooks: WebhooksApi
    control: Control


def create_app(api: Api) -> Starlette:
    """The routes of an `Api`. Every error is JSON, in the shape of the Interactions API or of google.rpc."""
    routes = [
        Route("/control/script", api.control.order, methods=["POST"]),
        Route("/control/ledger", api.control.read_ledger),
        Route("/control/clock", api.control.advance, methods=["POST"]),
        Route("/.well-known/jwks.json", api.webhooks.keys),
    ]
    for base in ("", OUTPUTS_PATH):
        for version in VERSIONS:
            routes += _interactions(api.interactions, f"{base}/{version}/interactions")
            routes += _files(api.files, f"{base}/{version}/files")
            routes += _webhooks(api.webhooks, f"{base}/{version}/webhooks")
            routes.append(Route(f"{base}/upload/{version}/files", api.files.upload, methods=["POST"]))
    return Starlette(
        routes=routes,
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
        exception_handlers={ApiError: _render_error, HTTPException: _render_error},
    )


def _interactions(api: Interactions, base: str) -> list[Route]:
    return [
        Route(base, api.create, methods=["POST"]),
        Route(f"{base}/{{id}}", api.get, methods=["GET"]),
        Route(f"{base}/{{id}}", api.delete, methods=["DELETE"]),
        Route(f"{base}/{{id}}/cancel", api.cancel, methods=["POST"]),
        Route(f"{base}/{{id}}", api.cancel, methods=["POST"]),
    ]


def _files(api: FilesApi, base: str) -> list[Route]:
    return [
        Route(base, api.list, methods=["GET"]),
        Route(f"{base}/{{id}}", api.get, methods=["GET"]),
        Route(f"{base}/{{id}}", api.delete, methods=["DELETE"]),
    ]


def _webhooks(api: WebhooksApi, base: str) -> list[Route]:
    return [
        Route(base, api.create, methods=["POST"]),
        Route(base, api.list, methods=["GET"]),
        Route(f"{base}/{{id}}", api.get, methods=["GET"]),
        Route(f"{base}/{{id}}", api.change, methods=["PATCH"]),
        Route(f"{base}/{{id}}", api.delete, methods=["DELETE"]),
        Route(f"{base}/{{id}}", api.act, methods=["POST"]),
    ]


def _render_error(_request: Request, error: Exception) -> Response:
    match error:
        case ApiError():
            return JSONResponse(error.body(), error.status)
        case HTTPException(status_code=status):
            return JSONResponse(ApiError(status, "not_found", "There is nothing here.").body(), status)
        case _:
            raise error
