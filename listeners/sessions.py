"""What the SDKs built on requests lack: pace, time-outs, bounds, and another address to go to."""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any

import httpx
import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from domain.errors import SourceError
from listeners import http
from listeners.hosts import Hosts, Pace

Timeouts = http.Limits

USUAL = http.Limits(size=20_000_000)  # an answer of X or Reddit is a tenth of that


def prepare(  # noqa: PLR0913 - what it hands on is what a Fetcher is made of
    session: requests.Session,
    platform: tuple[str, ...],
    instead: str,
    timeouts: http.Limits = USUAL,
    *,
    name: str = "",
    hosts: Hosts | None = None,
    clock: Callable[[], datetime] | None = None,
    credential: str = "",
    pace: Pace | None = None,
) -> None:
    """Make `session` send everything through a Fetcher, which paces, bounds and guards it.

    It reaches the addresses of `platform`, or `instead` in place of each, and no other host, also
    not by a redirect; the rest is what `http.Fetcher` is told. What that raises comes out of the
    SDK as it is: SourceError for a host that cannot be reached, takes too long, sends too much or
    elsewhere, or is to be left alone (then with `retry_after`); neither tweepy nor prawcore catches
    it. Every status, 429 and 5xx among them, comes to the SDK as ever.
    """
    session.trust_env = False  # a netrc would replace the token, a proxy of its own the guard
    fetcher = http.Fetcher(
        name,
        hosts,
        allow_private=bool(instead),
        limits=timeouts,
        clock=clock,
        credential=credential,
        pace=pace,
    )
    guarded = _Guarded(platform, instead.rstrip("/"), fetcher)
    for scheme in ("https://", "http://"):
        session.mount(scheme, guarded)


class _Guarded(BaseAdapter):
    def __init__(self, platform: tuple[str, ...], instead: str, through: http.Fetcher) -> None:
        super().__init__()
        self._platform = platform
        self._instead = instead
        self._through = through

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002, FBT001, FBT002 - the signature is requests' own
        timeout: object = None,  # noqa: ARG002 - the SDKs leave it out or set it wrong
        verify: bool | str = True,  # noqa: ARG002, FBT001, FBT002 - as above
        cert: Any = None,  # noqa: ARG002 - as above
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002 - as above
    ) -> requests.Response:
        request.url = self._address(request.url or "")
        body = request.body or b""
        fetched = self._through.send(
            request.method or "GET",
            request.url,
            {name: str(value) for name, value in request.headers.items()},
            body if isinstance(body, bytes) else str(body).encode(),
        )
        return _response(request, fetched)

    def close(self) -> None:
        """The connections are not its own."""

    def _address(self, url: str) -> str:
        if self._instead and _same_host(url, self._instead):  # a redirect within it
            return url
        for place in self._platform:
            if _same_host(url, place) and url.startswith(place):
                return self._instead + url.removeprefix(place) if self._instead else url
        raise SourceError(f"{http.shown(url)} is another host than the platform's; not asked")


def _same_host(url: str, place: str) -> bool:
    one, other = httpx.URL(url), httpx.URL(place)
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port)


def _response(request: requests.PreparedRequest, fetched: http.Fetched) -> requests.Response:
    response = requests.Response()
    response.status_code = fetched.status
    response.reason = _reason(fetched.status)
    response.headers = CaseInsensitiveDict(fetched.headers)
    response.encoding = "utf-8"  # JSON is nothing else, whatever the headers say (RFC 8259)
    response.raw = BytesIO(fetched.body)
    response.url = fetched.url
    response.request = request
    return response


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
