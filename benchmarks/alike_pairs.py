"""Pairs of texts that are one question told twice, and pairs that are two: made of our corpus.

The corpus's texts were written for this project; so were the changes, after what people and
platforms do to a text on its way to a second place.
"""

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from benchmarks.texts import CORPUS


class Pair(NamedTuple):
    change: str
    earlier: str
    later: str
    by_one: bool  # both by the same author
    same: bool  # the second says what the first said


class Told(NamedTuple):
    """One line of the corpus."""

    title: str
    text: str
    products: tuple[str, ...]
    pair: int | None

    @property
    def whole(self) -> str:
        return "\n".join(filter(None, (self.title, self.text)))


def told() -> list[Told]:
    lines = [
        json.loads(line)
        for file in sorted(CORPUS.glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    return [Told(x["title"], x["text"], tuple(x["products"]), x.get("pair")) for x in lines]


_TEMPLATE = 40  # words at most of a text that with another product in it is another question
_ENOUGH = 16  # words of a text that is told again: fewer need not be found when others tell them
CATALOGUE = 60  # products that a catalogue knows, besides those exchanged here
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_NEAR = {
    "and": "plus",
    "maybe": "perhaps",
    "want": "need",
    "looking": "searching",
    "good": "decent",
    "get": "buy",
    "using": "running",
    "people": "folks",
    "small": "little",
    "big": "large",
    "anyone": "anybody",
    "about": "around",
    "also": "too",
    "just": "only",
    "really": "actually",
    "the": "this",
    "is": "was",
    "for": "to",
}
_OTHERS = ("Ostrava", "Fernhill", "Kestrel 9", "Tidewell", "Brightdesk", "Marlow Pro", "Nimbus 4")
_EMOJI = ("🙏", "😅", "👋", "🤔", "🔥")


def product_names(seed: int = 1) -> tuple[str, ...]:
    """As many as a catalogue would know."""
    names = sorted({name for one in told() for name in one.products})
    return (*random.Random(seed).sample(names, CATALOGUE), *_OTHERS)


def _smooth(one: Told, _: random.Random) -> str:
    said = one.whole.replace("'", "\u2019").replace(" - ", " \u2014 ")
    return said.replace("?", "??").replace(". ", " . ")


def _emoji(one: Told, rng: random.Random) -> str:
    return f"{rng.choice(_EMOJI)} {one.whole} {rng.choice(_EMOJI) * 3}"


def _link(one: Told, rng: random.Random) -> str:
    return f"{one.whole} https://t.co/{rng.getrandbits(40):x}"


def _hashtags(one: Told, _: random.Random) -> str:
    return f"{one.whole} #smallbusiness #help #advice"


def _edit(one: Told, rng: random.Random) -> str:
    more = ("thanks everyone, lots to try.", "typo.", "we are based in Leeds, forgot to say that.")
    return f"{one.whole}\n\nEdit: {rng.choice(more)}"


def _a_word(one: Told, rng: random.Random) -> str:
    words = one.whole.split(" ")
    places = [n for n, word in enumerate(words) if word in _NEAR]
    if places:
        place = rng.choice(places)
        words[place] = _NEAR[words[place]]
    return " ".join(words)


def _typing_error(one: Told, rng: random.Random) -> str:
    words = one.whole.split(" ")
    places = [
        n for n, word in enumerate(words) if len(word) > 4 and word.isalpha() and word.islower()
    ]
    if places:
        n = rng.choice(places)
        words[n] = words[n][:2] + words[n][3] + words[n][2] + words[n][4:]
    return " ".join(words)


def _dropped(one: Told, rng: random.Random) -> str:
    sentences = _SENTENCE.split(one.whole)
    if len(sentences) < 4:
        return one.whole
    lengths = sorted(range(len(sentences)), key=lambda n: len(sentences[n]))
    del sentences[rng.choice(lengths[: len(lengths) // 2 + 1])]
    return " ".join(sentences)


def _cut(share: float) -> Callable[[Told, random.Random], str]:
    def cut(one: Told, _: random.Random) -> str:
        return one.whole[: int(len(one.whole) * share)].rstrip() + "…"

    return cut


def _retweet(one: Told, _: random.Random) -> str:
    said = f"RT @ann_k: {' '.join(one.whole.split())}"
    return said if len(said) <= 280 else said[:279] + "…"


def _marked_up(one: Told, _: random.Random) -> str:
    said = one.whole
    for name in one.products[:2]:
        said = said.replace(name, f"**{name}**", 1)
    lines = _SENTENCE.split(said)
    lines[0] = f"# {lines[0]}"
    return "\n\n".join([*lines[:-1], f"- _{lines[-1]}_"])


CHANGES: Mapping[str, Callable[[Told, random.Random], str]] = {
    "unchanged": lambda one, _: one.whole,
    "small letters": lambda one, _: one.whole.lower(),
    "capitals": lambda one, _: one.whole.upper(),
    "punctuation": _smooth,
    "emoji": _emoji,
    "a link added": _link,
    "hashtags added": _hashtags,
    "an edit appended": _edit,
    "a word replaced": _a_word,
    "a typing error": _typing_error,
    "a sentence dropped": _dropped,
    "cut at two thirds": _cut(0.67),
    "cut at a third": _cut(0.34),
    "title in the text": lambda one, _: " ".join(one.whole.split()),
    "x-post": lambda one, _: f"{one.title} (x-post from r/smallbusiness)\n{one.text}",
    "crosspost": lambda one, _: f"Crossposted from r/sales\n{one.whole}",
    "retweeted": _retweet,
    "marked up": _marked_up,
    "a greeting": lambda one, _: f"Hi all, first time posting here. {one.whole}",
    "thanks added": lambda one, _: f"{one.whole} Thanks in advance!",
    "two changes": lambda one, rng: _link(one._replace(text=_a_word(one, rng), title=""), rng),
}


def _other_product(one: Told, rng: random.Random) -> str:
    return re.sub(re.escape(one.products[-1]), rng.choice(_OTHERS), one.whole, flags=re.IGNORECASE)


def _other_number(one: Told, _: random.Random) -> str:
    return re.sub(r"\d+", lambda found: str(int(found[0]) * 3 + 7), one.whole)


def _answered(one: Told, rng: random.Random, others: list[Told]) -> str:
    answers = " ".join(rng.choice(others).whole for _ in range(3))
    while len(answers) < 1.2 * len(one.whole):
        answers += " " + rng.choice(others).whole
    marked = "".join(f"> {line}\n" for line in one.whole.splitlines())
    return f"{marked}\n{answers}" if rng.random() < 0.5 else f"{one.whole}\n\n{answers}"


def _same_start(one: Told, rng: random.Random, others: list[Told]) -> str:
    words = one.whole.split()
    other = rng.choice(others).whole.split()
    return " ".join(words[: min(10, len(words) // 2)] + other)


def pairs(count: int, seed: int = 1) -> Iterator[Pair]:
    """About `count` of each change, half of them by one author; and as many that are two."""
    rng = random.Random(seed)
    lines = told()
    rng.shuffle(lines)
    long = [one for one in lines if len(one.whole.split()) >= _ENOUGH]
    for change, make in CHANGES.items():
        for n in range(count):
            one = rng.choice(long)
            later = make(one, rng)
            while len(later.split()) < _ENOUGH:
                one = rng.choice(long)
                later = make(one, rng)
            yield Pair(change, one.whole, later, bool(n % 2), same=True)
    yield from _two_questions(lines, long, count, rng)


def _two_questions(
    lines: list[Told], long: list[Told], count: int, rng: random.Random
) -> Iterator[Pair]:
    named = [one for one in lines if one.products and len(one.whole.split()) <= _TEMPLATE]
    counted = [one for one in long if re.search(r"\d", one.whole)]
    short = [one for one in lines if 3 <= len(one.whole.split()) <= 10]
    paired: dict[int, list[str]] = {}
    for one in lines:
        if one.pair is not None:
            paired.setdefault(one.pair, []).append(one.whole)
    for n in range(count):
        own = bool(n % 2)
        one = rng.choice(named)
        yield Pair("another product", one.whole, _other_product(one, rng), own, same=False)
        one = rng.choice(named)
        low = _other_product(one, rng).lower()
        yield Pair("another product, small", one.whole.lower(), low, own, same=False)
        one = rng.choice(counted)
        yield Pair("other numbers", one.whole, _other_number(one, rng), own, same=False)
        one = rng.choice(short)
        yield Pair("short, by two", one.whole, one.whole, by_one=False, same=False)
        one = rng.choice(long)
        yield Pair("quoted and answered", one.whole, _answered(one, rng, lines), own, same=False)
        yield Pair("the same start", one.whole, _same_start(one, rng, lines), own, same=False)
        yield Pair("another text", one.whole, rng.choice(lines).whole, own, same=False)
        two = paired[rng.choice(sorted(paired))]
        yield Pair("minimal pairs", two[0], two[1], own, same=False)
