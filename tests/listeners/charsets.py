"""Answers whose text is not in the encoding that they announce."""

from dataclasses import dataclass

from demo.faults import Exchange, Message


@dataclass(frozen=True)
class Relabelled:
    """The true answer, announced as another encoding."""

    charset: str

    async def play(self, exchange: Exchange) -> None:
        head, body = await _true_answer(exchange)
        kind = dict(head["headers"])[b"content-type"].split(b";")[0]
        named = kind + b"; charset=" + self.charset.encode()
        others = [(n, v) for n, v in head["headers"] if n != b"content-type"]
        await exchange.send({**head, "headers": [*others, (b"content-type", named)]})
        await exchange.send({"type": "http.response.body", "body": body})


@dataclass(frozen=True)
class Recoded:
    """The true answer in another encoding, announced as what it was before."""

    charset: str

    async def play(self, exchange: Exchange) -> None:
        head, body = await _true_answer(exchange)
        recoded = body.decode().encode(self.charset, "replace")
        headers = [(n, v) for n, v in head["headers"] if n != b"content-length"]
        headers.append((b"content-length", str(len(recoded)).encode()))
        await exchange.send({**head, "headers": headers})
        await exchange.send({"type": "http.response.body", "body": recoded})


async def _true_answer(exchange: Exchange) -> tuple[Message, bytes]:
    said: list[Message] = []

    async def keep(message: Message) -> None:
        said.append(dict(message))

    await exchange.app(exchange.scope, exchange.receive, keep)
    return said[0], b"".join(message.get("body", b"") for message in said[1:])
