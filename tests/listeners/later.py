"""Faults that a later request of one look meets, and not its first."""

from demo.faults import Exchange, Fault
from demo.server import LoopbackServer


class Well:
    """No fault at all."""

    async def play(self, exchange: Exchange) -> None:
        await exchange.app(exchange.scope, exchange.receive, exchange.send)


def fail_later(server: LoopbackServer, prefix: str, fault: Fault, *, after: int = 1) -> None:
    """`after` requests below `prefix` are answered; the next one meets `fault`."""
    server.fail(prefix, Well(), times=after)
    server.fail(prefix, fault)
