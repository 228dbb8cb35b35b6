"""What the SDKs built on requests lack: time-outs, and another address for the same platform."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import requests
from requests.adapters import HTTPAdapter


class Timeouts(NamedTuple):
    """Seconds."""

    connect: float = 5.0
    read: float = 30.0  # between two pieces of an answer


USUAL = Timeouts()


class PatientAdapter(HTTPAdapter):
    """Sends with time-outs whatever the caller says, and to `instead` in place of `host`."""

    def __init__(self, host: str, instead: str, timeouts: Timeouts) -> None:
        super().__init__()
        self._host = host
        self._instead = instead.rstrip("/")
        self._timeouts = timeouts

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002 - the signature is requests' own
        timeout: object = None,  # noqa: ARG002 - the SDKs leave it out or set it wrong
        verify: bool | str = True,  # noqa: FBT001, FBT002 - as above
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        if self._instead and request.url:
            request.url = self._instead + request.url.removeprefix(self._host)
        patience = (self._timeouts.connect, self._timeouts.read)
        return super().send(request, stream, patience, verify, cert, proxies)


def prepare(
    session: requests.Session, hosts: tuple[str, ...], instead: str, timeouts: Timeouts
) -> None:
    """Make `session` reach `hosts` through a PatientAdapter.

    With another address given, proxies and passwords of the environment are left alone: they are
    meant for the platform's own.
    """
    session.trust_env = not instead
    for host in hosts:
        session.mount(host, PatientAdapter(host, instead, timeouts))
