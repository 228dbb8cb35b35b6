"""Posts per second, memory and accuracy of knowing a text that was told before.

Speed is told beside spaCy's bare tokenizer on the same texts in the same run: where it made 23,500
posts a second, 20,000 are 0.85 of it. Peers get fewer texts, or they would take minutes.
"""

import gc
import itertools
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence

import psutil
import spacy

from benchmarks.alike_pairs import Pair, pairs, product_names, told
from benchmarks.alike_peers import Found, Peer, peers
from classifiers.alike import Window

LENGTH, POSTS, ROUNDS = 200, 10_000, 3  # characters, posts, turns of each side
PEER_POSTS = 1_200
REPEATED = 0.1  # of the posts
LEAST_RATIO = 0.85  # of the bare tokenizer
LEAST_LEAD = 4.0  # times the posts per second of reddit-lead-finder's way
WINDOW = 100_000
MOST_MEMORY, MOST_GROWTH = 250.0, 30.0  # MB: of a full window, and when it turns over twice
EACH = 60  # pairs of each change
LEAST_PRECISION, LEAST_RECALL = 0.97, 0.99

Said = tuple[str, str, str]  # key, text, author


def run() -> list[str]:
    """Prints the figures; returns the bounds that are broken."""
    broken = [*_speed(), *_memory(), *_accuracy()]
    return [line for line in broken if line]


def fresh(seed: int = 1) -> Iterator[str]:
    """Texts for ever, in which the corpus's words follow each other as they do there: turns of
    phrase are common, repeated texts are not."""
    rng = random.Random(seed)
    after: dict[str, list[str]] = {}
    for one in told():
        words = one.whole.split()
        for word, following in itertools.pairwise(words):
            after.setdefault(word, []).append(following)
    starts = list(after)
    while True:
        words = [rng.choice(starts)]
        left = LENGTH - len(words[0])
        while left > 0:
            words.append(rng.choice(after.get(words[-1]) or starts))
            left -= len(words[-1]) + 1
        yield " ".join(words)


def stream(count: int, seed: int = 1) -> list[Said]:
    """Some authors write more than once; REPEATED of the texts are told again with a link."""
    rng = random.Random(seed)
    texts: list[str] = []
    for text in itertools.islice(fresh(seed), count):
        again = texts and rng.random() < REPEATED
        texts.append(f"{rng.choice(texts)} https://t.co/x" if again else text)
    return [(f"x:{n}", text, f"x:u{rng.randrange(count)}") for n, text in enumerate(texts)]


def _rate(work: Callable[[], object], count: int) -> float:
    gc.collect()
    began = time.process_time()  # what other programs take from us is not our time
    work()
    return count / (time.process_time() - began)


def _speed() -> Iterator[str]:
    posts = stream(POSTS)
    texts = [text for _, text, _ in posts]
    make_doc = spacy.blank("en").make_doc
    ours, tokenizer = [], []
    for _ in range(1 + ROUNDS):
        tokenizer.append(_rate(lambda: [make_doc(text) for text in texts[:2_000]], 2_000))
        ours.append(_rate(lambda: Window(WINDOW).add_all(posts), POSTS))
    ratio = statistics.median(a / b for a, b in zip(ours[1:], tokenizer[1:], strict=True))
    rate = statistics.median(ours[1:])
    print(f"{'ours':24} {rate:10,.0f} posts/s, {ratio:.2f} x spaCy's bare tokenizer")
    if ratio < LEAST_RATIO:
        yield f"alike runs at {ratio:.2f} x of the tokenizer, not {LEAST_RATIO}"
    for name, peer in peers().items():
        theirs = _rate(lambda peer=peer: peer(texts[:PEER_POSTS]), PEER_POSTS)  # type: ignore[misc]
        print(f"{name:24} {theirs:10,.0f} posts/s: ours is {rate / theirs:.1f} x as fast")
        if name.startswith("reddit") and rate < LEAST_LEAD * theirs:
            yield f"alike is only {rate / theirs:.1f} x as fast as {name}, not {LEAST_LEAD}"


def _memory() -> Iterator[str]:
    """A window that is filled; and a smaller one that is filled, and then turned over."""
    full = _grown(Window(WINDOW), WINDOW)
    small = Window(WINDOW // 5)
    _grown(small, 2 * WINDOW // 5)  # its tables have their size by then
    more = _grown(small, 2 * WINDOW // 5)
    print(f"{'a window of':24} {WINDOW:10,} texts: {full:.0f} MB; turned over twice {more:+.0f} MB")
    if full > MOST_MEMORY:
        yield f"a window of {WINDOW:,} takes {full:.0f} MB, not {MOST_MEMORY:.0f}"
    if more > MOST_GROWTH:
        yield f"a window that is full grew by {more:.0f} MB, not at most {MOST_GROWTH:.0f}"


def _grown(window: Window, count: int) -> float:
    """MB of resident memory that so many new texts add."""
    texts = fresh(seed=random.randrange(1_000_000))
    next(texts)
    gc.collect()
    before = psutil.Process().memory_info().rss
    for n, text in enumerate(itertools.islice(texts, count)):
        window.add(f"x:{id(texts)}:{n}", text, f"x:u{n // 3}")
    gc.collect()
    return (psutil.Process().memory_info().rss - before) / 1e6


def _accuracy() -> Iterator[str]:
    made = list(pairs(EACH))
    bare = _score("ours", made, [_ours(pair, ()) for pair in made])
    names = product_names()
    precision, recall = _score("ours, with a catalogue", made, [_ours(p, names) for p in made])
    for name, peer in peers().items():
        _score(name, made, [_theirs(pair, peer) for pair in made])
    if bare[0] < LEAST_PRECISION or precision < LEAST_PRECISION:
        yield f"alike is right in {bare[0]:.3f} and {precision:.3f}, not {LEAST_PRECISION}"
    if bare[1] < LEAST_RECALL or recall < LEAST_RECALL:
        yield f"alike finds {bare[1]:.3f} and {recall:.3f}, not {LEAST_RECALL}"


def _ours(pair: Pair, names: Sequence[str]) -> bool:
    window = Window(10, names)
    window.add("earlier", pair.earlier, "ann")
    return window.add("later", pair.later, "ann" if pair.by_one else "bob") is not None


def _theirs(pair: Pair, peer: Peer) -> bool:
    found: Found = peer([pair.earlier, pair.later])
    return found[1] is not None


def _score(name: str, made: Sequence[Pair], tied: Sequence[bool]) -> tuple[float, float]:
    """Precision and recall; and by which changes it was misled most."""
    right = sum(pair.same for pair, tie in zip(made, tied, strict=True) if tie)
    precision, recall = right / (sum(tied) or 1), right / sum(pair.same for pair in made)
    wrong: dict[str, int] = {}
    for pair, tie in zip(made, tied, strict=True):
        wrong[pair.change] = wrong.get(pair.change, 0) + (pair.same != tie)
    worst = sorted((change for change in wrong if wrong[change]), key=wrong.__getitem__)[-4:]
    misled = ", ".join(f"{change} {wrong[change]}" for change in reversed(worst))
    print(f"{name:24} precision {precision:.3f}, recall {recall:.3f}; of {EACH} wrong: {misled}")
    return precision, recall
