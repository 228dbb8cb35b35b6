"""How much is an advocate like the asker, and able to help? In components that sum to the fit.

The weights of what the post states are brought to a sum of 1: what it does not state counts against
nobody. What an advocate's own record leaves out counts as no match. Nobody is inferred from
anything but what they wrote (the asker) or what the list says (the advocate).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple, Protocol

from domain import scales
from domain.types import Advocate, Assessment, Known, Post, Stated
from routing import place, words
from routing.history import QUARTER, History
from routing.policy import Policy

INDUSTRY_SHARE = 0.6  # of "peer"; the rest is company size
FAR = 3  # bands of company size from which two companies have nothing in common
LONG = 3.0  # years with a product from which more add nothing
NEAR_PRODUCT = 0.5  # another product of ours in the category, where one of ours is named

_WORD = re.compile(r"[^\W_]{3,}")
_EMPTY_WORDS = frozenset(
    ("and", "for", "the", "with", "our", "that", "this", "from", "into", "need", "use")
)


class Product(Protocol):
    """What fit has to know of the catalogue."""

    @property
    def name(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def ours(self) -> bool: ...


class Wanted(NamedTuple):
    """What the post states, made ready to be compared; "" and empty: not stated."""

    industry: str
    size: str
    region: str
    use_case: frozenset[str]  # words
    communities: Collection[str]  # keys that mean the post's community
    named: Collection[str]  # our products that the post names
    near: Collection[str]  # our other products of the categories that it names
    rivals: Collection[str]
    weights: Mapping[str, float]  # of what is stated only; they sum to 1
    not_stated: Sequence[str]
    now: datetime

    @classmethod
    def of(
        cls,
        post: Post,
        assessment: Assessment,
        policy: Policy,
        catalogue: Sequence[Product],
        now: datetime,
    ) -> "Wanted":
        asker = assessment.asker
        named, near = _products(assessment, catalogue)
        here = place.community(post)
        said = cls(
            industry=_value(asker.industry),
            size=asker.size.value if asker.size and asker.size.value in scales.SIZE_BANDS else "",
            region=_value(asker.region),
            use_case=_words_of(asker.use_case.value) if asker.use_case else frozenset(),
            communities={here, post.place_key.casefold()} if here else (),
            named=named,
            near=near,
            rivals={m.name.casefold() for m in assessment.mentions if not m.ours},
            weights={},
            not_stated=(),
            now=now,
        )
        weights = _weights(said, policy)
        whole = sum(weights.values())
        return said._replace(
            weights={name: w / whole for name, w in weights.items() if w} if whole else {},
            not_stated=[
                what
                for what, told in (
                    ("industry", said.industry),
                    ("size", said.size),
                    ("region", said.region),
                    ("use case", said.use_case),
                )
                if not told
            ],
        )


def _value(stated: Stated | None) -> str:
    return stated.value.strip().casefold() if stated else ""


def _products(
    assessment: Assessment, catalogue: Sequence[Product]
) -> tuple[Collection[str], Collection[str]]:
    """Our products that are named, and our others of the categories that are named."""
    mentioned = {m.name.casefold() for m in assessment.mentions}
    named = {m.name.casefold() for m in assessment.mentions if m.ours}
    named |= {p.name.casefold() for p in catalogue if p.ours} & mentioned
    categories = mentioned | {
        p.category.casefold() for p in catalogue if p.name.casefold() in mentioned and p.category
    }
    near = {p.name.casefold() for p in catalogue if p.ours and p.category.casefold() in categories}
    return named, near - named


def _weights(said: Wanted, policy: Policy) -> dict[str, float]:
    peer = INDUSTRY_SHARE * bool(said.industry) + (1 - INDUSTRY_SHARE) * bool(said.size)
    product = bool(said.named or said.near)
    return {
        "peer": policy.weight_peer * peer,
        "community": policy.weight_community * bool(said.communities),
        "region": policy.weight_region * bool(said.region),
        "product": policy.weight_product * product,
        "moved": policy.weight_moved * bool(said.rivals),
        "use_case": policy.weight_use_case * bool(said.use_case),
        "tenure": policy.weight_tenure * product,
        "rested": policy.weight_rested,
    }


def components(
    advocate: Advocate, wanted: Wanted, history: History, policy: Policy
) -> dict[str, float]:
    """name -> share of the fit, of everything that the post states."""
    known, close = _best_known(advocate, wanted)
    values = {
        "peer": _peer(advocate, wanted),
        "community": bool(_shared_community(advocate, wanted)),
        "region": bool(wanted.region) and advocate.region.casefold() == wanted.region,
        "product": close,
        "moved": bool(_left_rival(advocate, wanted)),
        "use_case": _shared_use_case(advocate, wanted)[0],
        "tenure": min(1.0, _years(known, wanted.now.date()) / LONG),
        "rested": _rested(advocate, history, policy, wanted.now),
    }
    return {name: weight * values[name] for name, weight in wanted.weights.items()}


def _peer(advocate: Advocate, wanted: Wanted) -> float:
    """Over what is stated of the two, industry and size."""
    same = INDUSTRY_SHARE * bool(wanted.industry) * _same_industry(advocate, wanted)
    size = (1 - INDUSTRY_SHARE) * bool(wanted.size)
    whole = INDUSTRY_SHARE * bool(wanted.industry) + size
    return (same + size * _closeness(advocate, wanted)) / whole if whole else 0.0


def _same_industry(advocate: Advocate, wanted: Wanted) -> bool:
    return bool(wanted.industry) and advocate.industry.casefold() == wanted.industry


def _closeness(advocate: Advocate, wanted: Wanted) -> float:
    apart = scales.size_distance(advocate.company_size, wanted.size)
    return 0.0 if apart is None else max(0.0, 1 - apart / FAR)


def _shared_community(advocate: Advocate, wanted: Wanted) -> str:
    return next((c for c in advocate.communities if c.casefold() in wanted.communities), "")


def _best_known(advocate: Advocate, wanted: Wanted) -> tuple[Known | None, float]:
    """The product that they can best speak of, and how near that is to the question."""
    best: tuple[Known | None, float] = None, 0.0
    whole = NEAR_PRODUCT if wanted.named else 1.0
    for known in sorted(advocate.products, key=lambda k: (k.since or date.max, k.product)):
        name = known.product.casefold()
        close = 1.0 if name in wanted.named else whole if name in wanted.near else 0.0
        if close > best[1]:
            best = known, close
    return best


def _years(known: Known | None, today: date) -> float:
    if known is None or known.since is None:
        return 0.0
    return max(0.0, (today - known.since).days / 365.25)


def _left_rival(advocate: Advocate, wanted: Wanted) -> str:
    return next((name for name in advocate.moved_from if name.casefold() in wanted.rivals), "")


def _shared_use_case(advocate: Advocate, wanted: Wanted) -> tuple[float, str]:
    """The share of words in common with the nearest of their use cases."""
    best = 0.0, ""
    for use_case in advocate.use_cases if wanted.use_case else ():
        theirs = _words_of(use_case)
        shorter = min(len(theirs), len(wanted.use_case))
        share = len(theirs & wanted.use_case) / shorter if shorter else 0.0
        best = max(best, (share, use_case))
    return best


@lru_cache(maxsize=8192)
def _words_of(phrase: str) -> frozenset[str]:
    """Without their plural endings, so that "invoice" meets "invoices"."""
    found = (w.removesuffix("s") for w in _WORD.findall(phrase.casefold()))
    return frozenset(w for w in found if w not in _EMPTY_WORDS)


def _rested(advocate: Advocate, history: History, policy: Policy, now: datetime) -> float:
    """Half for the time since the last ask, half for what is left of the quarter's."""
    last = history.last(advocate.id)
    if last is None:
        return 1.0
    waited = min(1.0, max(0.0, (now - last) / QUARTER))
    load = min(1.0, history.within(advocate.id, QUARTER, now) / policy.max_per_quarter)
    return 0.5 * waited + 0.5 * (1 - load)


def why(advocate: Advocate, wanted: Wanted) -> str:
    """One line for people: what they have in common."""
    use_case = _shared_use_case(advocate, wanted)[1]
    region = bool(wanted.region) and advocate.region.casefold() == wanted.region
    rival = _left_rival(advocate, wanted)
    community = _shared_community(advocate, wanted)
    said = (
        _say_peer(advocate, wanted),
        f"active in {words.place(community)}" if community else "",
        f"same region ({advocate.region})" if region else "",
        _say_product(_best_known(advocate, wanted)[0]),
        f"moved from {rival}" if rival else "",
        f"same use case ({use_case})" if use_case else "",
    )
    return words.first_upper("; ".join(filter(None, said))) or "Willing and rested"


def _say_peer(advocate: Advocate, wanted: Wanted) -> str:
    same = [f"industry ({advocate.industry})"] if _same_industry(advocate, wanted) else []
    close = _closeness(advocate, wanted)
    if close == 1:
        same.append(f"size ({advocate.company_size})")
    similar = [f"similar size ({advocate.company_size})"] if 0 < close < 1 else []
    return ", ".join(filter(None, [f"same {' and '.join(same)}" if same else "", *similar]))


def _say_product(known: Known | None) -> str:
    if known is None:
        return ""
    since = f" since {known.since.year}" if known.since else ""
    return f"uses {known.product}{since}"
