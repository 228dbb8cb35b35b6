"""Phrases in which people describe themselves, over lower-case text: used by `asker`.

Groups: `said` is what the span holds, `n` a number of people, `mine` a possessive before it.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from domain import scales

WORD = re.compile(r"[^\W_]+")


class Phrase(NamedTuple):
    needs: frozenset[str]  # it is only looked for in texts with one of these words, which is quick
    pattern: re.Pattern[str]


def _phrase(needs: Iterable[str], pattern: str) -> Phrase:
    """Of `needs` only the first words count."""
    return Phrase(frozenset(WORD.findall(words)[0] for words in needs), re.compile(pattern))


def _any(words: Iterable[str]) -> str:
    """Any of `words`, the longest that fits."""
    return f"(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})"


def _words_of(scale: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {word: name for name, words in scale.items() for word in (name, *words)}


# A word that may stand between "a" and a noun, but does not begin another phrase.
_ADJECTIVE = (
    r"(?!(?:the|an?|my|our|your|his|her|their|in|at|of|for|to|with|on|and|or|who|that|from|near|as|"
    r"not|is|are|am|was|were|than|about|like)\b)[\w&+/'-]+ "
)
_GROUPS = (
    "team company agency firm office shop staff startup start-up org organisation organization"
    " business practice studio clinic department group crew outfit consultancy brokerage"
    " dealership".split()
)
_GROUP = _any(_GROUPS)

# --- size ---

NUMBER_WORDS = {
    **{w: n for n, w in enumerate("two three four five six seven eight nine ten".split(), 2)},
    **dict(zip("eleven twelve fifteen twenty thirty".split(), (11, 12, 15, 20, 30), strict=True)),
    **{"forty": 40, "fifty": 50, "a dozen": 12, "a hundred": 100},  # noqa: PIE800 one line each
}
_N = rf"(?P<n>\d{{1,3}}(?:,\d{{3}})+|\d{{1,6}}(?: ?(?:-|to) ?\d{{1,6}})?k?|{_any(NUMBER_WORDS)})"
_STAFF = (
    "people persons ppl employees staff devs developers engineers reps agents lawyers attorneys"
    " technicians techs nurses dentists designers consultants accountants bookkeepers teachers"
    " drivers mechanics seats users ftes admins salespeople colleagues coworkers co-workers".split()
)
_HEADS = "person man employee staff seat user dev developer".split()
_SOMEBODY_ELSES = (
    r"(?<!hired )(?<!know )(?<!met )(?<!told )(?<!asked )(?<!fits )(?<!other )(?<!these )"
)
_DOING_SOMETHING = (
    r"(?! (?:told|said|say|who|have|has|had|on|in our|in my|each|quoted|asked|think|want|know|i|we|"
    r"recommend|at a time|will))"
)
_ALONE = (
    r"(?:just me\b(?! or| and)|one[- ](?:wo)?man (?:band|show|shop|business|company)|one[- ]person|"
    r"1[- ]person|solo (?:founder|dev|developer|business|practice|consultant|owner)|solopreneur|"
    r"(?:i'm|im|i am) (?:a )?(?:solo|self[- ]employed|freelancer)|as a (?:solo )?freelancer)"
)
SIZES = (
    _phrase(_HEADS, rf"\b{_N}[- ]{_any(_HEADS)}\b"),
    _phrase(_GROUPS, rf"\b{_GROUP} of (?:about |around |roughly |~ ?)?{_N}\b"),
    _phrase(
        _STAFF,
        rf"{_SOMEBODY_ELSES}(?<![\d$£€.,])\b{_N} (?:(?!a |per |the |of |each |car |more )\w+ )?"
        rf"{_any(_STAFF)}\b{_DOING_SOMETHING}",
    ),
    _phrase(["us"], rf"(?<!the )\b{_N} of us\b"),
    _phrase("me man woman person solo solopreneur self freelancer".split(), rf"\b{_ALONE}"),
)
# A sentence without one of these counts somebody else's people.
SELF = re.compile(r"\b(?:we|we're|we've|our|us|i|i'm|i've|im|my|for)\b")

# --- industry ---

INDUSTRY_WORDS = _words_of(scales.INDUSTRIES)
_PERSONS = frozenset(
    "accountant accountants bookkeeper cpa contractor builder builders consultant consultants"
    " dentist lawyer lawyers attorney solicitors realtor realtors recruiter headhunter insurer"
    " publisher carrier".split()
)
_ACTIVITIES = frozenset(
    "accounting advertising agriculture automotive banking bookkeeping catering construction"
    " consulting e-commerce ecommerce education energy farming fintech freight government"
    " healthcare hospitality insurance lending legal logistics manufacturing media payments pharma"
    " plumbing publishing recruiting recruitment retail roofing shipping solar staffing telecom"
    " travel trucking tutoring warehousing dental edtech agritech hvac dtc fabrication biotech"
    " software".split()
) | {"real estate", "it services", "health care", "financial services", "life sciences"}
# "My shop" may be the one where somebody buys.
NEVER_MINE = frozenset(
    "bank isp school college university hotel hotels garage shop store studio utility"
    " carrier".split()
) | {"credit union"}
_TRADE = (
    rf"(?: (?:[\w+&]+ )?{_GROUP}| (?:brand|distributor|manufacturer|supplier|store|district|"
    r"retailer|wholesaler|contractor))\b"
)
_ORGANISATIONS = INDUSTRY_WORDS.keys() - _PERSONS - _ACTIVITIES
_BUSINESS = rf"(?P<said>{_any(_ORGANISATIONS)}|{_any(_ACTIVITIES)}(?={_TRADE}))\b"
_UP_TO_3 = rf"(?:{_ADJECTIVE}){{0,3}}?"
_OF_SOME_SIZE = (
    r"(?:small|tiny|little|mid-?size[d]?|medium|growing|new|local|family|regional|solo|"
    r"\d+[- ](?:person|man|seat|location)) "
)
INDUSTRIES = (
    _phrase(INDUSTRY_WORDS, rf"\b(?:we're|we are|i'm|i am|im) (?:just )?an? {_UP_TO_3}{_BUSINESS}"),
    _phrase(
        INDUSTRY_WORDS,
        r"\b(?:i|we) (?:help )?(?:run|own|manage|operate|started|opened) (?:an? |two |three |our )"
        rf"{_UP_TO_3}{_BUSINESS}",
    ),
    _phrase(
        INDUSTRY_WORDS,
        r"\b(?:work(?:ing)?|i'm|manager|director|it|admin) (?:for|at) an? "
        rf"{_UP_TO_3}{_BUSINESS}",
    ),
    _phrase(INDUSTRY_WORDS, rf"\b(?P<mine>our|my) {_UP_TO_3}{_BUSINESS}"),
    _phrase(INDUSTRY_WORDS, rf"\bfor (?:an? |our |my )?{_OF_SOME_SIZE}{_UP_TO_3}{_BUSINESS}"),
    _phrase(INDUSTRY_WORDS, rf"\b(?:i'm|im|i am|as) an? {_UP_TO_3}(?P<said>{_any(_PERSONS)})\b"),
    _phrase(
        INDUSTRY_WORDS,
        rf"\b(?:we're|we are|i'm|i am|i work|we work) in (?P<said>{_any(_ACTIVITIES)})\b",
    ),
)

# --- region ---

# "us" the pronoun looks the same: asker.py looks at the capitals.
REGION_WORDS = _words_of(scales.REGIONS) | {"us": scales.region("US")}
_REGION = rf"(?P<said>{_any(REGION_WORDS)})\b"
REGIONS = (
    _phrase(REGION_WORDS, rf"\b{_REGION}[- ]based\b"),
    _phrase(
        REGION_WORDS,
        r"(?:\b\w+ )?\b(?:in|near|around|outside|from)(?: of)? (?:the )?"
        r"(?:(?:north|south|east|west|central|upper|rural|northern|southern|eastern|western) )?"
        rf"{_REGION}(?!'s)",
    ),
    _phrase(REGION_WORDS, rf"[(\[]{_REGION}[)\],]"),
    # "in Austin, Texas": a town that no list knows, with what it lies in
    _phrase(
        REGION_WORDS,
        r"(?<!made )(?<!built )(?<!holiday )(?<!assembled )(?<!visiting )(?<!born )"
        rf"\b(?:in|near|from) [\w'-]+(?: [\w'-]+)?, {_REGION}(?!'s)",
    ),
    _phrase(REGION_WORDS, rf"(?:people|staff|us), [\w'-]+, {_REGION}[).,]"),
)
# What is made, sent, hosted or visited there says nothing of where somebody is.
ELSEWHERE = re.compile(
    r"^(?:made|built|assembled|manufactured|produced|trip|holiday|vacation|weeks?|days?|travel\w*|"
    r"visit\w*|war|hosted|servers?|ship\w*|order\w*|import\w*|news|elections?|he|she|they|was|were|"
    r"lived|born|back|friends?|people|sold|stores|going|one|time|released|launched) "
)

# --- role and use case ---

_ROLES = (
    "owner founder co-founder cofounder manager director ceo cfo cto coo cmo cio ciso lead"
    " principal developer dev engineer programmer sysadmin admin administrator architect analyst"
    " designer consultant accountant bookkeeper controller lawyer attorney paralegal nurse dentist"
    " doctor physician vet therapist teacher tutor professor student researcher photographer"
    " videographer illustrator writer editor translator realtor broker recruiter marketer"
    " contractor electrician plumber carpenter mechanic technician baker chef landlord freelancer"
    " musician coach trainer hobbyist beginner intern assistant coordinator librarian farmer"
    " driver operator buyer planner cpa generalist guy".split()
)
_ROLE = _any(_ROLES)
ROLES = (
    _phrase(
        _ROLES,
        r"\b(?:i'm|i am|im|i work as|working as|i was hired as) (?:an?|the|our|their) "
        rf"(?P<said>{_UP_TO_3}{_ROLE})\b(?! (?:of (?!\w+ at))|'s|-)",
    ),
    _phrase(_ROLES, rf"\bas (?:an?|the) (?P<said>{_UP_TO_3}{_ROLE})\b,? (?:i|we|who|at|in|for)\b"),
    _phrase(_ROLES, rf"\b(?P<said>(?:{_ADJECTIVE})?{_ROLE}) (?:here|of a|at an?)\b"),
)
USE_CASES = (
    _phrase(
        ["for"],
        r"\b(?:(?:mainly|mostly|primarily) for|"
        r"(?:use|using|need|want) (?:it|this|them|something|one) (?:mainly |mostly )?for) "
        r"(?!a while|under|over|another|this\b|that\b|\d|the (?:first|price|money))"
        r"(?P<said>[\w'/+&-]+(?: [\w'/+&-]+){0,6})",
    ),
)
