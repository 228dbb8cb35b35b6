"""What is wrong with a query for X, and what about it is hardly meant. Pure."""

from listeners.x_query import All, Either, Node, Term, never, parsed, shown, terms, unbounded

# Words that stand in so many posts that by themselves they find everything.
_COMMON = frozenset(
    """
    a about after again all also always am an and any anyone app apps are as ask at back be because
    been before best better big business but buy by can car come company could day did do does
    done down email even ever every feel few find first for free from get give go going good got
    great had has have he help her here him his home hot how i idea if in into is it job just
    know last let life like little long look lot love made make man many may me mean money month
    more most much must my need never new news next nice no not now of off ok old on one only open
    or other our out over own people phone place please post price problem question read really
    right sale sales same say see she should show so software some someone something start still
    stop such sure system take talk team tell than thank thanks that the their them then there
    these they thing think this time to today tool tools too try two up us use using very want was
    way we web week well were what when where which who why will with work world would year yes
    yet you your
    """.split()
)
_SHORT = 2  # letters: no longer word by itself says what is meant


def check(query: str) -> None:
    """Raises ValueError, with a remedy, if X would refuse it or it can never bring a post."""
    tree = parsed(query)
    if side := unbounded(tree):
        raise ValueError(
            f"`{shown(side)[:60]}` names nothing that a post must have: put a word, a phrase, or "
            "an operator such as from: beside it, without -"
        )
    if never(tree):
        raise ValueError(
            f"`{query[:60]}` can never match, since it demands and excludes the same: take one out"
        )
    if _only_reposts(tree):
        raise ValueError(
            f"`{query[:60]}` finds only reposts, which are left out: take is:retweet or "
            "retweets_of: out"
        )


def doubts(query: str) -> tuple[str, ...]:
    """Of a query that is not refused."""
    tree = parsed(query)
    found = []
    if mixed := _mixed(tree):
        found.append(f"X reads it as `{shown(mixed)[:120]}`: put in the brackets that you mean")
    if vague := _vague(tree):
        found.append(
            f"`{shown(vague)[:60]}` stands in a great many posts, each of which X bills: add words "
            "that say what is meant"
        )
    small = sorted({t.text for t in terms(tree) if t.text in {"or", "and", "AND", "not", "NOT"}})
    if small:
        found.append(
            f"`{small[0]}` is no operator of X: write OR between what may, a blank between what "
            f'must, - before what must not stand there, or "{small[0]}" for the word'
        )
    return tuple(found)


def _only_reposts(node: Node) -> bool:
    if isinstance(node, Term):
        repost = node.name == "retweets_of" or (node.name, node.value) == ("is", "retweet")
        return repost and not node.negated
    return (all if isinstance(node, Either) else any)(_only_reposts(part) for part in node.parts)


def _mixed(node: Node) -> Either | None:
    """Where blanks and ORs stand beside each other without brackets."""
    if isinstance(node, Term):
        return None
    if isinstance(node, Either):
        sides = [side for side in node.parts if isinstance(side, All)]
        if not all(side.bracketed for side in sides):
            return node
    return next((found for part in node.parts if (found := _mixed(part))), None)


def _vague(node: Node) -> Node | None:
    """A side of it that finds everything, or nearly so."""
    if isinstance(node, Term):
        if node.name or node.text[:1] in "#@$":
            return node if unbounded(node) else None
        if len(node.words) > 1:
            return node if node.negated else None
        word = "".join(node.words)
        short = len(word) <= _SHORT and word.isascii()
        return node if node.negated or short or word in _COMMON else None
    sides = [_vague(part) for part in node.parts]
    if isinstance(node, Either):
        return next((side for side in sides if side), None)
    if not all(sides):
        return None
    choices = (s for s, part in zip(sides, node.parts, strict=True) if isinstance(part, Either))
    return next(choices, node)


def length(query: str) -> int:
    """Characters as X may count them: it does not say whether an emoji is one or two."""
    return len(query.encode("utf-16-le")) // 2
