"""What part a named product plays: candidate, current, rejected or other.

First version: cues in the words right before and after the name, then what is usual for the
post's intent. Measured on the corpus in docs/classifier.md; to be replaced by a trained component.
"""

import re
from collections.abc import Sequence

from classifiers.matching import Named
from classifiers.reading import lower, plain
from domain.types import Intent, Role

_WINDOW = 48  # characters on either side, within the sentence
_DETERMINER = r"(?:(?:the|a|an|my|our|your|this|that|old|current|existing|both|either) )*"

_REJECTED_BEFORE = re.compile(
    r"\b(?:ruled out|hated?|avoid(?:ing)?|anything but|other than|besides|except(?: for)?|rejected|"
    r"no longer|can'?t stand|don'?t (?:want|like|need)|do not want|didn'?t like|tried(?: with)?|"
    r"not(?: from| on| using| at)?|no|never(?: again)?|without|returned) " + _DETERMINER + "$"
)
_REJECTED_AFTER = re.compile(
    r"(?:'s)?,? (?:(?:is|was|are|were|seems?|felt|looks?) )?(?:way |far |just |a bit |really )?"
    r"(?:too (?:expensive|much|big|small|complex|complicated|heavy|slow|pricey)|overkill|"
    r"out of (?:budget|reach)|ruled out|not an option|(?:is )?out\b|a no\b)"
)
_CURRENT_BEFORE = re.compile(
    r"\b(?:from|leav(?:e|ing)|replac(?:e|ing)|replacement for|alternatives? (?:to|for)|off(?: of)?|"
    r"(?:get|move|moved|moving|migrat\w+|switch\w*) (?:away )?(?:from|off|of)|tired of|fed up with|"
    r"sick of|done with|instead of|ditch(?:ing)?|dump(?:ing)?|dropp(?:ed|ing)|quit(?:ting)?|"
    r"cancel(?:l?ing)?|outgr[eo]wn?|currently(?: (?:on|using|use|have|run|in))?|right now|"
    r"(?:i|we)(?:'ve| have)? (?:already )?(?:use|used|have|had|own|run|got|drive|pay for)|"
    r"have|had|running|been (?:on|using|with|in)|everything (?:is )?(?:in|on)|"
    r"(?:we're|i'm|we are|i am|im|is|were|still|all|lives?) (?:on|using|with|in)|upgrad\w+ from|"
    r"(?:works?|sync\w*|integrat\w+|talks?|connects?|compatible|plays?) (?:nice(?:ly)? |well )?"
    r"(?:with|to|into)|at the moment|now|last (?:one|two|few) (?:was|were)) "
    + _DETERMINER
    + r"$|\b(?:my|our)(?: old| current| existing| trusty)? $|\b(?:now|current|have|using): *$"
)
_CURRENT_AFTER = re.compile(
    r"(?:'s|,)? (?:alternatives?|replacement|died|broke|is dying|is dead|doubled|(?:just )?raised|"
    r"went up|is shutting|is ending|shut(?:ting)? down|right now|at the moment|currently|already|"
    r"user|users|customer|people|for (?:\d+|two|three|four|five|six|ten) (?:years?|months?))\b"
)
_CANDIDATE_BEFORE = re.compile(
    r"\b(?:or|vs\.?|versus|between|either|to|try|trying|buy|buying|get|getting|consider\w*|"
    r"(?:look(?:ing|ed)?|pointed) (?:at|into)|think\w* (?:of|about)|demo of|quotes? from|"
    r"anyone (?:us(?:ing|e)|tried|on|with|have)|worth|eyeing|lean\w* towards?|torn between|"
    r"recommend\w*|choose|pick|is it|want|need|move to|switch\w* to|going with|heard of|"
    r"someone said|people (?:say|like)) " + _DETERMINER + "$"
)
_CANDIDATE_AFTER = re.compile(
    r"(?:'s)?,? ?(?:or|vs\.?|versus|worth|any good|looks|seems|compared)\b"
)
_PLACE_BEFORE = re.compile(r"\b(?:at|on sale at|ordered from|bought (?:it )?(?:at|from)|via) $")
_CUES = (
    (Role.OTHER, _PLACE_BEFORE, None),
    (Role.REJECTED, _REJECTED_BEFORE, _REJECTED_AFTER),
    (Role.CURRENT, _CURRENT_BEFORE, _CURRENT_AFTER),
    (Role.CANDIDATE, _CANDIDATE_BEFORE, _CANDIDATE_AFTER),
)
_USUAL = {Intent.SWITCH: Role.CURRENT, Intent.NONE: Role.OTHER}
_BREAK = re.compile(r"[.!?;)\n](?:\s|$)")
_LIST = re.compile(
    r"(?:'s)?\s*(?:,|/|&|\+|\band\b|\bor\b|\bvs\.?|\bversus\b|, (?:and|or))\s*(?:the |a )?"
)


def roles(reading: str, named: Sequence[Named], intent: Intent) -> list[Role]:
    """One per name, which come in the order of the text. A category has none (`other`).

    A name without a cue of its own shares the part of the one it is listed after ("A, B or C").
    """
    if not named:
        return []
    low, found = lower(plain(reading)), list[Role]()
    for i, name in enumerate(named):
        cue = None if name.category else _cue(low, name.start, name.end)
        listed = i > 0 and _LIST.fullmatch(low, named[i - 1].end, name.start)
        usual = found[-1] if listed else _USUAL.get(intent, Role.CANDIDATE)
        found.append(Role.OTHER if name.category else cue or usual)
    return found


def _cue(low: str, start: int, end: int) -> Role | None:
    before = _BREAK.split(low[max(0, start - _WINDOW) : start])[-1]
    after = _BREAK.split(low[end : end + _WINDOW])[0]
    for role, cue_before, cue_after in _CUES:
        if cue_before.search(before) or (cue_after and cue_after.match(after)):
            return role
    return None
