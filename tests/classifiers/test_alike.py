"""What says the same, and what does not; and that the window forgets."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.alike import Window

LONG = (
    "HubSpot or Pipedrive for a 6 person insurance brokerage?\n"
    "Right now it is all in Outlook plus one giant spreadsheet. Had a demo of both last week. "
    "How do you handle renewals, and would you pick it again?"
)
ANSWER = (
    "We had the same question last year and tried both of them for a month each. In the end nobody "
    "on our team wanted to type anything into either, so now there is a shared calendar, and a "
    "phone list on the wall, and we sell more than we ever did before that."
)
SHORT = "Which CRM should I get for my agency?"


def tied(earlier: str, later: str, *authors: str, terms: tuple[str, ...] = ()) -> bool:
    one, two = authors or ("ann", "bob")
    window = Window(10, terms)
    assert window.add("1", earlier, one) is None
    return window.add("2", later, two) == "1"


CHANGES = {
    "nothing": LONG,
    "small letters": LONG.lower(),
    "capitals": LONG.upper(),
    "curly punctuation": LONG.replace("?", "??").replace(". ", " … "),
    "emoji": f"👋 {LONG} 🙏🙏🙏",
    "a link": f"{LONG} https://t.co/aBc123",
    "hashtags at the end": f"{LONG} #crm #smallbusiness",
    "an edit": f"{LONG}\n\nEdit: thanks all, a lot to try.",
    "a word replaced": LONG.replace("giant", "huge"),
    "a typing error": LONG.replace("spreadsheet", "spreadhseet"),
    "a name mistyped": LONG.replace("Pipedrive", "Pipdrive"),
    "a sentence dropped": LONG.replace("Had a demo of both last week. ", ""),
    "cut off": LONG[:130] + "…",
    "one line": " ".join(LONG.split()),
    "x-post": LONG.replace("?\n", "? (x-post from r/smallbusiness)\n"),
    "crossposted": f"Crossposted from r/sales\n{LONG}",
    "retweeted": f"RT @ann_k: {LONG}"[:199] + "…",
    "mark-up": LONG.replace("HubSpot", "**HubSpot**").replace("Right", "\n\n- Right"),
    "wide letters": LONG.replace("HubSpot", "\uff28\uff55\uff42\uff33\uff50\uff4f\uff54"),
    "a greeting": f"Hi all, first time posting here. {LONG}",
    "thanks": f"{LONG} Thanks in advance!",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_text_with_a_light_change_is_the_same_whoever_posts_it(change: str) -> None:
    assert tied(LONG, CHANGES[change])
    assert tied(CHANGES[change], LONG)


@pytest.mark.parametrize(
    "later",
    [
        LONG.replace("Pipedrive", "Close"),
        LONG.replace("HubSpot", "Monday"),
        LONG.replace("6 person", "60 person"),
        f"{LONG.partition('?')[0]}? {'No idea what to do about the roof of the old barn. ' * 3}",
        f"{''.join(f'> {line}{chr(10)}' for line in LONG.splitlines())}\nWe took Close instead.",
        f"{LONG} {ANSWER}",
        "Is Gusto worth it for three employees, or should I just stay with what my bank has?",
    ],
    ids=["product", "first product", "number", "same start", "quoted", "answered", "another"],
)
@pytest.mark.parametrize("author", ["ann", "bob", ""])
def test_another_question_is_another_question(later: str, author: str) -> None:
    assert not tied(LONG, later, "ann", author)
    assert not tied(later, LONG, author, "ann")


def test_names_of_the_catalogue_count_in_small_letters_too() -> None:
    earlier = "anyone here moved from hubspot to pipedrive lately, was it worth all the trouble"
    later = earlier.replace("pipedrive", "close")
    assert not tied(earlier, later, terms=("Pipedrive", "Close"))
    assert tied(earlier, earlier.replace("lately", "recently"), terms=("Pipedrive", "Close"))


def test_two_people_who_ask_the_same_short_thing_ask_two_questions() -> None:
    assert not tied(SHORT, SHORT, "ann", "bob")
    assert not tied(SHORT, SHORT, "", "")
    assert tied(SHORT, SHORT, "ann", "ann")
    assert tied(SHORT, f"{SHORT} Thanks!", "ann", "ann")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Notion or Obsidian?", True),
        ("https://example.org/a", True),
        ("Thanks!", False),
        ("thank you", False),
        ("", False),
        ("🙏", False),
    ],
)
def test_few_words_are_the_same_only_word_for_word_and_by_one_author(text: str, same: bool) -> None:
    assert tied(text, text, "ann", "ann") == same
    assert not tied(text, text, "ann", "bob")
    assert not tied(text, text, "", "")


def test_other_links_make_another_question_of_few_words() -> None:
    said = "Is this one any good for a small team?"
    assert tied(f"{said} https://a.example", said, "ann", "ann")
    assert not tied(f"{said} https://a.example", f"{said} https://b.example", "ann", "ann")
    assert not tied("https://a.example", "https://b.example", "ann", "ann")


def test_scripts_without_blanks_are_read_by_the_character() -> None:
    said = "中小企業向けのおすすめの会計ソフトを教えてください"
    assert tied(said, f"{said}!! https://t.co/x")
    assert not tied(said, "今日はとても天気がいいので公園まで散歩に行きました")


@pytest.mark.parametrize("name", ["C", "C#", "C++"])
def test_a_name_that_ends_in_signs_is_a_name(name: str) -> None:
    said = "Should our twelve developers learn {} this year, or is it too late for that now?"
    assert tied(said.format("C++"), said.format(name)) == (name == "C++")


def test_the_head_of_a_group_is_its_earliest_text() -> None:
    window = Window(10)
    added = window.add_all([(str(n), f"{LONG} https://t.co/{n}", f"a{n}") for n in range(4)])
    assert added == [None, "0", "0", "0"]


def test_a_chain_of_small_changes_does_not_tie_its_ends() -> None:
    window = Window(100)
    words = LONG.replace("\n", " ").split()
    heads = []
    for n in range(len(words)):
        words[n] = f"word{chr(97 + n % 26)}{chr(97 + n // 26)}"
        heads.append(window.add(str(n), " ".join(words), f"a{n}"))
    assert len(set(heads)) > 3


def test_when_the_head_is_forgotten_the_next_earliest_is_the_head() -> None:
    window = Window(10)
    window.add_all([(str(n), LONG, f"a{n}") for n in range(3)])
    window.forget("0")
    assert "0" not in window
    assert window.add("3", LONG, "a3") == "1"
    window.forget("2")
    window.forget("1")
    assert window.add("4", LONG, "a4") == "3"


def test_what_is_forgotten_ties_nothing() -> None:
    window = Window(10)
    window.add("1", LONG, "ann")
    window.forget("1")
    window.forget("never there")
    assert window.add("2", LONG, "ann") is None
    assert len(window) == 1


def test_the_same_key_again_is_no_repetition_of_itself() -> None:
    window = Window(10)
    assert window.add("1", LONG, "ann") is None
    assert window.add("2", LONG, "bob") == "1"
    assert window.add("1", LONG, "ann") is None
    assert window.add("2", LONG, "bob") == "1"
    assert len(window) == 2


def test_a_key_with_another_text_is_taken_for_new() -> None:
    window = Window(10)
    window.add("1", LONG, "ann")
    assert (
        window.add("2", "Something else that is long enough to be compared with others, I say")
        is None
    )
    assert (
        window.add("1", "What I said before was wrong, forget it, I need no CRM at all now") is None
    )
    assert window.add("3", LONG, "bob") is None


def test_the_oldest_leave_first() -> None:
    window = Window(2)
    window.add("1", LONG, "ann")
    window.add("2", "A text of its own which has nothing to do with any of the others here, at all")
    window.add(
        "3", "Another text of its own: is there a good lawn mower for a steep and wet slope?"
    )
    assert "1" not in window
    assert len(window) == 2
    assert window.add("4", LONG, "ann") is None


def test_a_window_holds_at_least_one_text() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Window(0)


def test_a_phrase_that_everybody_uses_slows_nothing_down() -> None:
    """Beyond a crowd they are not looked up by it; each still finds its own repetition."""
    window = Window(1000)
    said = "Now hiring: we are looking for a senior {} for our team in the heart of {}, apply today"
    posts = [(str(n), said.format(f"Role{n}", f"Town{n}"), f"a{n}") for n in range(60)]
    assert set(window.add_all(posts)) == {None}
    assert window.add("again", posts[3][1], "b") == "3"


# --- whatever is said -------------------------------------------------------------------------

_WORDS = st.lists(st.sampled_from("which crm for a team of six in leeds HubSpot Close".split()))
_TEXTS = st.one_of(
    _WORDS.map(" ".join), st.sampled_from([LONG, SHORT, *CHANGES.values()]), st.text(max_size=40)
)
_POSTS = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), _TEXTS, st.sampled_from(["", "ann", "bob"])), max_size=20
)


@given(st.text(), st.text(min_size=1))
@settings(deadline=None)
def test_a_text_of_three_words_is_the_same_as_itself(text: str, author: str) -> None:
    window = Window(10)
    window.add("1", f"one two three {text}", author)
    assert window.add("2", f"one two three {text}", author) == "1"


@given(_POSTS, st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_how_the_batch_is_cut_changes_nothing(posts: list[tuple[str, str, str]], size: int) -> None:
    whole, single = Window(size), Window(size)
    assert whole.add_all(posts) == [single.add(*post) for post in posts]
    assert len(whole) == len(single) <= size


@given(_POSTS)
@settings(max_examples=60, deadline=None)
def test_to_forget_is_as_if_it_had_never_been_said(posts: list[tuple[str, str, str]]) -> None:
    window, without = Window(50), Window(50)
    window.add("gone", LONG, "ann")
    window.forget("gone")
    assert window.add_all(posts) == without.add_all(posts)


@given(_POSTS, st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_the_head_is_in_the_window_and_was_said_earlier(
    posts: list[tuple[str, str, str]], size: int
) -> None:
    window = Window(size)
    for key, text, author in posts:
        before = [key for key in "abcdefgh" if key in window]
        head = window.add(key, text, author)
        assert key in window
        assert head is None or (head in before and head != key)


@given(_POSTS)
@settings(max_examples=60, deadline=None)
def test_when_all_are_forgotten_nothing_is_left(posts: list[tuple[str, str, str]]) -> None:
    window = Window(5)
    window.add_all(posts)
    for key in "abcdefgh":
        window.forget(key)
    kept = window._texts, window._heads, window._openings, window._own
    assert not any(kept)
