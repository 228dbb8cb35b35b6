"""What the files of LinkedIn exports are called. Pure."""

import re

TEXT = (".csv", ".tsv", ".json", ".jsonl", ".ndjson")  # each also with ".gz"
JSON = (".json", ".jsonl", ".ndjson")
_READ = (*TEXT, *(f"{ending}.gz" for ending in TEXT), ".zip", ".gz")
# What people put here in good faith and is not read: they are told.
_OTHERWISE = {
    (".xlsx", ".xls", ".xlsm", ".ods", ".numbers"): "is a workbook: save its sheet as CSV",
    (".7z", ".rar", ".tar", ".tar.gz", ".tgz"): "is packed in a way that is not read: unpack it",
}
# "Shares_17529409.csv", "shares (1).csv": the member's id, the number that a browser adds.
_ADDED = re.compile(r"(?:_\d{3,})?(?:\s*\(\d{1,3}\))?$")
_BETWEEN = re.compile(r"[\s_-]+")

SHARES, COMMENTS, MESSAGES, PROFILE = "shares", "comments", "messages", "profile"
# Where one of these lies, an archive was unpacked.
_MARKS = frozenset({PROFILE, "registration", "connections", "invitations", "adtargeting"})
# Other files of a member's archive, over the years. None holds posts, though some have columns of
# the same names: projects, for one.
_REST = frozenset(
    """adsclicked articles causesyoucareabout certifications coachmessages companyfollows contacts
    courses education emailaddresses endorsementgiveninfo endorsementreceivedinfo events groupposts
    guidemessages hashtagfollows honors importedcontacts inferencesaboutyou instantreposts
    jobapplications jobapplicantsavedanswers jobseekerpreferences landadsengagement lanadsengagement
    languages learning learningcoachaimessages learningcoachmessages learningroleplaymessages logins
    memberfollows organizations patents phonenumbers positions privateidentityasset profilesummary
    projects publications reactions receipts receiptsv2 recommendationsgiven recommendationsreceived
    reviews richmedia saveditems savedjobs savedjobalerts searchqueries securitychallenges skills
    testscores verifications volunteering votes whatsappphonenumbers jobapplicantsavedinfo
    jobapplicantsavedscreeningquestionresponses""".split()
)


def base(name: str) -> str:
    """The last part of a path, as either system writes it."""
    return re.split(r"[/\\]", name)[-1]


def plain(name: str) -> str:
    """ "shares" of "Data/Shares_17529409 (1).csv.gz"."""
    bare = base(name).lower().removesuffix(".gz").removesuffix(".csv")
    return _BETWEEN.sub("", _ADDED.sub("", bare))


def is_readable(name: str) -> bool:
    return base(name).lower().endswith(_READ) and not otherwise(name)


def is_hidden(name: str) -> bool:
    """What the system or a spreadsheet keeps for itself, on the way or at the end of a path."""
    parts = re.split(r"[/\\]", name)
    return any(part.startswith((".", "~$")) or part == "__MACOSX" for part in parts if part)


def otherwise(name: str) -> str:
    """What to do with a file of a kind that is not read; "" for all others."""
    lower = base(name).lower()
    return next((said for endings, said in _OTHERWISE.items() if lower.endswith(endings)), "")


def is_csv(name: str) -> bool:
    return base(name).lower().removesuffix(".gz").endswith(".csv")


def is_of_member(name: str) -> bool:
    """Whether an archive holds what its member wrote under this name, or who that is."""
    return is_csv(name) and plain(name) in {SHARES, COMMENTS, PROFILE}


def is_profile(name: str) -> bool:
    return is_csv(name) and plain(name) == PROFILE


def is_correspondence(name: str) -> bool:
    """Whether it is the member's private messages; those of guides and role plays are no one's."""
    return is_csv(name) and plain(name) == MESSAGES


def holds_no_posts(name: str) -> bool:
    """Whether it is another file of a member's archive, or private."""
    one = plain(name)
    return is_csv(name) and (one in _MARKS | _REST or one.endswith(MESSAGES))


def is_left_out(name: str, *, messages: bool) -> bool:
    return holds_no_posts(name) and not (messages and is_correspondence(name))


def marks_archive(name: str) -> bool:
    return is_csv(name) and plain(name) in _MARKS
