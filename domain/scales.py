"""The scales on which askers and advocates are compared: company size, industry, region.

What a post or a CSV says in words is brought onto these lists once, by `size_band`, `industry` and
`region`; what is not on a list stays unknown ("") and is never guessed.
"""

import re
from collections.abc import Mapping

# LinkedIn's bands of employees, which CRMs and buyers use too.
SIZE_BANDS = (
    "1",
    "2-10",
    "11-50",
    "51-200",
    "201-500",
    "501-1000",
    "1001-5000",
    "5001-10000",
    "10001+",
)
_UPPER = (1, 10, 50, 200, 500, 1000, 5000, 10000)

# name -> words that mean it. Whole words, lower case; the name itself counts too.
INDUSTRIES: Mapping[str, tuple[str, ...]] = {
    "accounting": ("accountant", "accountants", "bookkeeping", "bookkeeper", "cpa", "tax firm"),
    "advertising": ("marketing agency", "ad agency", "creative agency", "pr agency", "agency"),
    "agriculture": ("farm", "farming", "agritech", "agribusiness", "vineyard", "nursery"),
    "automotive": ("car dealership", "dealership", "auto repair", "garage", "auto parts"),
    "banking": ("bank", "credit union", "community bank"),
    "construction": ("contractor", "builder", "builders", "roofing", "hvac", "plumbing"),
    "consulting": ("consultancy", "consultant", "consultants", "consulting firm"),
    "education": ("school", "university", "college", "edtech", "tutoring", "school district"),
    "energy": ("utility", "utilities", "solar", "oil and gas", "renewables"),
    "fintech": ("payments", "financial services", "wealth management", "lending"),
    "government": ("public sector", "municipality", "city council", "county", "local authority"),
    "healthcare": ("hospital", "clinic", "dental", "dentist", "medical practice", "health care"),
    "hospitality": ("hotel", "hotels", "restaurant", "restaurants", "catering", "cafe", "travel"),
    "insurance": ("insurer", "insurance brokerage", "insurance broker", "insurance agency"),
    "legal": ("law firm", "lawyer", "lawyers", "attorney", "solicitors"),
    "logistics": ("freight", "trucking", "shipping", "warehouse", "warehousing", "3pl", "courier"),
    "manufacturing": ("manufacturer", "factory", "machine shop", "fabrication"),
    "media": ("publisher", "publishing", "newspaper", "podcast", "film production", "studio"),
    "nonprofit": ("non-profit", "not-for-profit", "charity", "ngo", "foundation", "church"),
    "pharma": ("pharmaceutical", "biotech", "life sciences", "laboratory"),
    "real estate": ("realtor", "realtors", "property management", "letting agency", "brokerage"),
    "recruiting": ("staffing", "recruitment", "recruiter", "staffing agency", "headhunter"),
    "retail": ("shop", "store", "e-commerce", "ecommerce", "online shop", "boutique", "dtc"),
    "software": ("saas", "software company", "startup", "dev shop", "app developer"),
    "telecom": ("isp", "telecommunications", "carrier"),
    "it services": ("msp", "managed service provider", "it consultancy", "system integrator"),
}

REGIONS: Mapping[str, tuple[str, ...]] = {
    "north america": (
        *("usa", "united states", "america", "canada", "texas", "california", "new york"),
        *("chicago", "boston", "seattle", "toronto", "vancouver", "florida", "ohio", "midwest"),
    ),
    "latin america": ("mexico", "brazil", "argentina", "chile", "colombia", "peru", "latam"),
    "uk and ireland": (
        *("uk", "united kingdom", "england", "scotland", "wales", "ireland", "britain"),
        *("london", "manchester", "leeds", "dublin", "glasgow", "bristol"),
    ),
    "western europe": (
        *("france", "belgium", "netherlands", "luxembourg", "holland", "paris", "amsterdam"),
        *("brussels", "europe", "eu"),
    ),
    "german-speaking europe": (
        *("germany", "austria", "switzerland", "dach", "berlin", "munich", "vienna", "zurich"),
        "hamburg",
    ),
    "nordics": ("sweden", "norway", "denmark", "finland", "iceland", "stockholm", "oslo"),
    "southern europe": ("spain", "portugal", "italy", "greece", "madrid", "barcelona", "milan"),
    "eastern europe": ("poland", "czechia", "romania", "hungary", "ukraine", "bulgaria", "baltics"),
    "middle east": ("uae", "dubai", "saudi arabia", "israel", "turkey", "qatar"),
    "africa": ("south africa", "kenya", "nigeria", "egypt", "ghana", "morocco"),
    "south asia": ("india", "pakistan", "bangladesh", "sri lanka", "bangalore", "mumbai"),
    "east asia": ("china", "japan", "south korea", "taiwan", "hong kong", "tokyo"),
    "southeast asia": ("singapore", "malaysia", "indonesia", "thailand", "vietnam", "philippines"),
    "australia and new zealand": ("australia", "new zealand", "sydney", "melbourne", "auckland"),
}

_WORD = re.compile(r"[\w-]+")
_UNITED_STATES = re.compile(r"\bU\.?S\.?(?!\w)(?:A\.?)?")
_NUMBER = re.compile(r"\d+")


def band_of(employees: int) -> str:
    """The band that `employees` falls into; a negative number or none is unknown."""
    if employees < 1:
        return ""
    return SIZE_BANDS[sum(employees > upper for upper in _UPPER)]


def size_band(said: str) -> str:
    """The band of "12", "11-50", "200+", "1,200 employees"; "" if `said` holds no number.

    A range counts by its middle, so that other bands than ours ("20-49") find their place.
    """
    numbers = [int(n) for n in _NUMBER.findall(said.replace(",", ""))]
    if not numbers or max(numbers) > 10**8:
        return ""
    if said.strip().endswith("+"):
        return band_of(numbers[0] + 1)
    return band_of(sum(numbers[:2]) // len(numbers[:2]))


def size_distance(one: str, other: str) -> int | None:
    """How many bands lie between, 0 for the same; None where either is unknown."""
    if one not in SIZE_BANDS or other not in SIZE_BANDS:
        return None
    return abs(SIZE_BANDS.index(one) - SIZE_BANDS.index(other))


def industry(said: str) -> str:
    return _on(INDUSTRIES, said)


def region(said: str) -> str:
    return _on(REGIONS, said)


def _on(scale: Mapping[str, tuple[str, ...]], said: str) -> str:
    """The entry whose longest word stands in `said`, as whole words; "" if none does."""
    said = _UNITED_STATES.sub(
        "usa", said.replace("-based", " based")
    )  # before "us" the pronoun looks the same
    text = " ".join(["", *_WORD.findall(said.lower()), ""])
    hits = [(len(w), n) for n, words in scale.items() for w in (n, *words) if f" {w} " in text]
    return max(hits)[1] if hits else ""
