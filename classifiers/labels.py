"""The labels that the categoriser knows: five intents, and the kinds of posts without one.

They exclude each other, so that the intents' probabilities add up to that of a buying question.
"""

import numpy as np

from domain.types import Intent, Kind

INTENTS = tuple(intent for intent in Intent if intent is not Intent.NONE)
KINDS = tuple(Kind)
LABELS: tuple[str, ...] = (*(i.value for i in INTENTS), *(k.value for k in KINDS))
BUYING = np.array([label in set(Intent) for label in LABELS])
