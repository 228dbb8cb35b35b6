"""The invented world holds together: its posts, its advocates, and the two with each other."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from config import roster
from demo import world
from domain import scales
from domain.types import Advocate, AskKind, Intent
from routing.gates import ACCOUNTS
from routing.policy import Policy
from routing.quiet import quiet_until

WINTER = datetime(2027, 1, 13, 15, tzinfo=UTC)
SUMMER = datetime(2027, 7, 14, 15, tzinfo=UTC)
CORPUS = Path(__file__).parents[2] / "classifiers" / "training" / "corpus"
HANDLES = {
    "x": r"\w{1,15}",
    "reddit": r"[\w-]{3,20}",
    "hackernews": r"[\w-]{2,15}",
    "linkedin": r"[\w-]{3,100}",
    "rss": r"\w{2,30}",
}
IDS = {
    "x": r"\d{19}",
    "reddit": r"t[13]_[0-9a-z]{7}",
    "hackernews": r"\d{8}",
    "rss": r"(lt|fd)-\d{5}",
    "linkedin": r"\d{19}",
}

THE_WORLD = world.load(WINTER)
POSTS = [post for name in world.PLATFORMS for post in THE_WORLD.posts[name]]
QUESTIONS = [post for post in POSTS if post.is_question]
PRODUCTS = THE_WORLD.company["catalogue"]["products"]

ADVOCATES = roster.read(THE_WORLD.advocates_csv)  # raises with every fault of the file


def can_be_asked(advocate: Advocate) -> bool:
    agreed = any(consent.kind is AskKind.REPLY for consent in advocate.consents)
    return agreed and not advocate.paused_until and not advocate.frozen_until


def is_awake(advocate: Advocate, now: datetime) -> bool:
    return quiet_until(advocate, Policy(), now) is None


# Posts


def test_every_platform_has_its_share_of_posts() -> None:
    counts = {name: len(posts) for name, posts in THE_WORLD.posts.items()}
    assert counts == {"x": 70, "reddit": 82, "hackernews": 46, "rss": 33, "linkedin": 20}


def test_the_questions_are_few_and_stand_on_all_platforms() -> None:
    assert 28 <= len(QUESTIONS) <= 36
    found = Counter(post.platform for post in QUESTIONS)
    assert found["reddit"] >= 7
    assert min(found["x"], found["hackernews"]) >= 6
    assert min(found["rss"], found["linkedin"]) >= 3


@pytest.mark.parametrize("intent", [i for i in Intent if i is not Intent.NONE])
def test_every_intent_is_asked_several_times(intent: Intent) -> None:
    assert sum(post.expected is intent for post in QUESTIONS) >= 4


def test_ids_are_unique_and_look_like_the_platforms_own() -> None:
    assert len({(post.platform, post.id) for post in POSTS}) == len(POSTS)
    for post in POSTS:
        assert re.fullmatch(IDS[post.platform], post.id), post.id


@pytest.mark.parametrize("platform", ["x", "hackernews"])
def test_later_posts_have_higher_ids(platform: str) -> None:
    posts = THE_WORLD.posts[platform]
    numbers = [int(post.id) for post in posts]
    assert numbers == sorted(numbers)
    assert [post.posted_at for post in posts] == sorted(post.posted_at for post in posts)


def test_replies_answer_something_older_in_the_same_thread_and_place() -> None:
    known = {(post.platform, post.id): post for post in POSTS}
    replies = [post for post in POSTS if post.parent_id]
    assert len([reply for reply in replies if reply.platform == "reddit"]) >= 25
    for reply in replies:
        parent = known[reply.platform, reply.parent_id]
        opening = known[reply.platform, reply.thread_id]
        assert parent.posted_at < reply.posted_at
        assert not opening.parent_id
        assert opening.id == (parent.thread_id or parent.id)
        assert opening.community == reply.community
    assert not [post for post in POSTS if post.thread_id and not post.parent_id]


def test_comments_on_reddit_are_numbered_as_such() -> None:
    for post in THE_WORLD.posts["reddit"]:
        assert post.id.startswith("t1_" if post.parent_id else "t3_")
        assert bool(post.title) is not bool(post.parent_id)


def test_a_post_has_an_intent_or_a_kind() -> None:
    for post in POSTS:
        assert (post.kind is None) is (post.expected is not Intent.NONE), post.text
        assert post.author


def test_an_unknown_field_in_a_line_is_refused() -> None:
    with pytest.raises(ValidationError):
        world._Line.model_validate({"platform": "x", "typo": 1})


def test_times_count_back_from_the_given_now() -> None:
    later = world.load(WINTER + timedelta(hours=5))
    for name in world.PLATFORMS:
        pairs = zip(THE_WORLD.posts[name], later.posts[name], strict=True)
        assert all(b.posted_at - a.posted_at == timedelta(hours=5) for a, b in pairs)
    assert all(WINTER - timedelta(hours=61) < post.posted_at < WINTER for post in POSTS)


@pytest.mark.parametrize(
    "harm",
    ["<!channel>", "<script>", "=HYPERLINK(", "\u202e", "\u2066", "Bcc: ", "onerror="],
)
def test_hostile_texts_are_among_them(harm: str) -> None:
    assert any(harm in f"{post.author}{post.title}{post.text}" for post in POSTS)


def test_odd_lengths_and_languages_are_among_them() -> None:
    texts = [post.text for post in POSTS]
    assert max(map(len, texts)) >= 5900
    assert any("\n" in post.title for post in POSTS)
    assert any(text and not re.search(r"\w", text) for text in texts)  # pictures only
    assert any(re.fullmatch(r"https://\S+", text) for text in texts)
    assert all(len(post.text) <= 280 for post in THE_WORLD.posts["x"])


def test_players_get_items_in_their_own_form() -> None:
    reddit = world.items(THE_WORLD, "reddit")
    assert {item.community[:2] for item in reddit}.isdisjoint({"r/"})
    assert len(reddit) == len(THE_WORLD.posts["reddit"])
    sections = Counter(item.community for item in world.items(THE_WORLD, "hackernews"))
    assert sections["ask_hn"] >= 6
    assert sections["show_hn"] == 1
    feeds = {item.community for item in world.items(THE_WORLD, "rss")}
    assert feeds == {"LadderTalk", "FrontDeskers"}


# The company


def test_three_products_are_ours_and_rivals_cover_the_same_categories() -> None:
    ours = {p["category"] for p in PRODUCTS if p["ours"]}
    assert len([p for p in PRODUCTS if p["ours"]]) == 3
    assert ours <= {p["category"] for p in PRODUCTS if not p["ours"]}
    assert 6 <= len([p for p in PRODUCTS if not p["ours"]]) <= 8
    names = [name.casefold() for p in PRODUCTS for name in (p["name"], *p.get("aliases", ()))]
    assert len(set(names)) == len(names)


def test_names_that_are_common_words_tell_their_senses_apart() -> None:
    common = [p for p in PRODUCTS if "other_sense" in p]
    assert {p["name"] for p in common} == {"Gravel", "Saddle"}
    for product in common:
        assert not set(product["sense"]) & set(product["other_sense"])


def test_one_community_forbids_asking_and_a_question_stands_in_it() -> None:
    places = THE_WORLD.company["places"]
    closed = [key for key, rule in places.items() if not rule["ask"]]
    assert closed == ["reddit:r/NetThirtyLater"]
    assert any(f"{post.platform}:{post.community}" in closed for post in QUESTIONS)
    heard = {f"{p.platform}:{p.community}" for p in POSTS if p.community}
    assert set(places) == heard


# The advocates


def test_forty_advocates_can_be_imported_and_the_file_names_every_column() -> None:
    assert len({advocate.id for advocate in ADVOCATES}) == 40
    first = THE_WORLD.advocates_csv.read_text(encoding="utf-8").splitlines()[0]
    assert first == ",".join(roster.COLUMNS)


@pytest.mark.parametrize("advocate", ADVOCATES, ids=lambda advocate: advocate.id)
def test_an_advocate_fits_the_scales_and_the_catalogue(advocate: Advocate) -> None:
    catalogue = {p["name"]: p["ours"] for p in PRODUCTS}
    assert advocate.industry in scales.INDUSTRIES
    assert advocate.region in scales.REGIONS
    assert advocate.company_size in scales.SIZE_BANDS
    assert advocate.email.endswith(".example")
    assert "en" in advocate.languages
    assert advocate.products
    assert all(known.since and catalogue[known.product] for known in advocate.products)
    assert not any(catalogue[name] for name in advocate.moved_from)
    assert set(advocate.communities) <= {*world.PLATFORMS, *THE_WORLD.company["places"]}
    assert advocate.facts
    assert advocate.motives
    assert all(re.fullmatch(HANDLES[name], h) for name, h in advocate.handles.items())


def test_accounts_belong_to_one_advocate_and_no_post_is_by_an_advocate() -> None:
    owned = [(name, h.casefold()) for a in ADVOCATES for name, h in a.handles.items()]
    assert len(set(owned)) == len(owned)
    assert not {(post.platform, post.author.casefold()) for post in POSTS} & set(owned)


def test_advocates_differ_in_everything_that_the_gates_and_the_fit_look_at() -> None:
    assert 31 <= sum(can_be_asked(a) for a in ADVOCATES) <= 35
    assert sum(bool(a.paused_until) for a in ADVOCATES) == 2
    assert sum(bool(a.frozen_until) for a in ADVOCATES) == 2
    assert sum(not a.consents for a in ADVOCATES) == 1
    assert sum(bool(a.slack_id) for a in ADVOCATES) == 5
    assert sum(a.kind != "customer" for a in ADVOCATES) == 4
    assert sum(a.max_per_quarter is not None for a in ADVOCATES) >= 3
    assert len({a.industry for a in ADVOCATES}) >= 14
    assert len({a.region for a in ADVOCATES}) >= 12
    assert len({a.company_size for a in ADVOCATES}) >= 4


@pytest.mark.parametrize("now", [WINTER, SUMMER], ids=["winter", "summer"])
def test_at_the_hour_of_the_demo_most_are_awake(now: datetime) -> None:
    assert 24 <= sum(can_be_asked(a) and is_awake(a, now) for a in ADVOCATES) <= 29


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: f"{q.platform}-{q.id}")
@pytest.mark.parametrize("now", [WINTER, SUMMER], ids=["winter", "summer"])
def test_every_question_finds_two_awake_who_know_the_product_and_have_an_account(
    question: world.WorldPost, now: datetime
) -> None:
    text = f"{question.title}\n{question.text}".casefold()
    topics = {
        p["category"]
        for p in PRODUCTS
        if p["name"].casefold() in text or p["category"].casefold() in text
    }
    fitting = {p["name"] for p in PRODUCTS if p["ours"] and p["category"] in topics}
    assert fitting, "names neither a product of the catalogue nor a category"
    found = [
        advocate.id
        for advocate in ADVOCATES
        if can_be_asked(advocate)
        and is_awake(advocate, now)
        and fitting & {known.product for known in advocate.products}
        and (question.platform not in ACCOUNTS or question.platform in advocate.handles)
    ]
    assert len(found) >= 2


# Nothing is taken from the texts that the model has learned from


def sentences(text: str) -> Iterator[str]:
    for sentence in re.split(r"[.!?\n]+", text):
        plain = re.sub(r"[\W_]+", " ", sentence).strip().casefold()
        if len(plain) > 40:
            yield plain


def test_no_sentence_stands_in_the_training_corpus() -> None:
    files = sorted(CORPUS.glob("**/*.jsonl"))
    if not files:
        pytest.skip("the training corpus is not in this checkout")
    learned: set[str] = set()
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            told = json.loads(line)
            learned.update(sentences(f"{told.get('title', '')}\n{told.get('text', '')}"))
    ours = {s for post in POSTS for s in sentences(f"{post.title}\n{post.text}")}
    facts = {s for advocate in ADVOCATES for s in sentences("\n".join(advocate.facts))}
    assert len(ours) > 300
    assert not (ours | facts) & learned
