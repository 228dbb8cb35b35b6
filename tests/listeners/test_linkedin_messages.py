"""LinkedIn: private messages, which are read only where the operator says so."""

from pathlib import Path

import pytest

from domain.types import Post
from tests.listeners.exports import PROFILE, archive, look, read, write
from tests.listeners.played import NOW

NEW = (
    "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,"
    "SUBJECT,CONTENT,FOLDER,ATTACHMENTS,IS MESSAGE DRAFT,IS CONVERSATION DRAFT"
)
OLD = "CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,DATE,SUBJECT,CONTENT,FOLDER"
OLDEST = "From,To,Date,Subject,Content,Direction,Folder"
BOB, ANN = "https://www.linkedin.com/in/bob", "https://www.linkedin.com/in/ann-s"


def line(
    text: str,
    conversation: str = "2-abc==",
    who: str = "Bob B.",
    url: str = BOB,
    to: str = "Ann Smith",
    folder: str = "INBOX",
    draft: str = "No",
) -> str:
    at = "2024-03-12 08:15:30 UTC"
    recipient = ANN if to == "Ann Smith" else BOB
    return f"{conversation},,{who},{url},{to},{recipient},{at},Hello,{text},{folder},,{draft},No"


def heard(folder: Path, *lines: str, header: str = NEW) -> list[Post]:
    write(folder / "messages.csv", header, *lines)
    return list(read(folder, messages=True)[0])


def test_messages_are_left_alone_unless_the_operator_wants_them(tmp_path: Path) -> None:
    write(tmp_path / "Messages_17529409.csv", NEW, line("Which CRM?"))
    archive(tmp_path / "a.zip", {"in/messages.csv": f"{NEW}\n{line('Which CRM?')}\n"})
    posts, cursor = read(tmp_path)
    assert posts == ()
    assert [post.text for post in read(tmp_path, cursor, messages=True)[0]] == ["Which CRM?"]


def test_a_message_is_marked_as_private_and_leads_nowhere(tmp_path: Path) -> None:
    [post] = heard(tmp_path, line('"Which <b>CRM</b>, ""A"" or B?<br/>Bob"'))
    assert post.metrics == {"private": 1}
    assert (post.community, post.place_key) == ("messages", "linkedin:messages")
    assert (post.url, post.parent_id, post.title) == ("", "", "Hello")
    assert (post.author, post.author_id) == ("Bob B.", "bob")
    assert post.text == 'Which CRM, "A" or B?\nBob'
    assert post.posted_at.isoformat() == "2024-03-12T08:15:30+00:00"
    assert post.thread_id.startswith("conversation:")
    assert "2-abc" not in post.model_dump_json()  # LinkedIn's own number of it stays out


def test_messages_of_one_conversation_are_one_thread(tmp_path: Path) -> None:
    posts = heard(tmp_path, line("one"), line("two"), line("one"), line("one", "2-other"))
    assert [post.text for post in posts] == ["one", "two", "one"]
    assert [post.thread_id == posts[0].thread_id for post in posts] == [True, True, False]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (NEW.partition(",ATTACHMENTS")[0], line("Which CRM?").removesuffix(",,No,No")),
        (OLD, f"2-abc,,Bob B.,{BOB},Ann Smith,2024-03-12 08:15:30 UTC,,Which CRM?,INBOX"),
        (OLDEST, "Bob B.,Ann Smith,3/12/24,,Which CRM?,INCOMING,INBOX"),
    ],
)
def test_columns_of_every_year(header: str, row: str, tmp_path: Path) -> None:
    [post] = heard(tmp_path, row, header=header)
    assert (post.author, post.text) == ("Bob B.", "Which CRM?")
    assert post.posted_at.date().isoformat() == "2024-03-12"
    assert post.thread_id.startswith("conversation:")


def test_drafts_spam_and_messages_without_words_are_left_out(tmp_path: Path) -> None:
    posts = heard(
        tmp_path,
        line("a draft", draft="Yes"),
        line("spam", folder="SPAM"),
        line("thrown away", folder="TRASH"),
        line("<p></p>"),
        line(""),
        line("kept", folder="ARCHIVE"),
        line("of nobody", who="LinkedIn Member", url=""),
    )
    assert [(post.text, post.author) for post in posts] == [("kept", "Bob B."), ("of nobody", "")]


def test_the_members_own_messages_are_left_out(tmp_path: Path) -> None:
    write(tmp_path / "Profile.csv", PROFILE)
    own = line("my own", who="Ann Smith", url="", to="Bob B.")
    posts = heard(tmp_path, own, line("theirs"))
    assert [post.text for post in posts] == ["theirs"]


def test_somebody_elses_message_under_the_same_name_is_kept(tmp_path: Path) -> None:
    write(tmp_path / "Profile.csv", PROFILE)
    posts = heard(
        tmp_path,
        line("my own", who="Ann Smith", url=ANN, to="Bob B."),
        line("another Ann", "2-other", who="Ann Smith", url="https://www.linkedin.com/in/ann-2"),
    )
    assert [post.text for post in posts] == ["another Ann"]


def test_without_a_profile_the_member_is_who_has_part_in_every_conversation(tmp_path: Path) -> None:
    posts = heard(
        tmp_path,
        line("my own", "1", who="Ann S.", url=f"{ANN}/", to="Bob B."),
        line("of Bob", "1"),
        line("of Cleo", "2", who="Cleo", url="https://www.linkedin.com/in/cleo"),
    )
    assert [post.text for post in posts] == ["of Bob", "of Cleo"]


def test_where_nobody_can_tell_who_the_member_is_all_are_read(tmp_path: Path) -> None:
    posts = heard(tmp_path, line("of whom", who="Ann Smith", url=ANN, to="Bob B."), line("theirs"))
    assert [post.text for post in posts] == ["of whom", "theirs"]


def test_messages_under_columns_that_nobody_knows_are_named(tmp_path: Path) -> None:
    write(tmp_path / "messages.csv", "VON,AN,INHALT", "Bob,Ann,Which CRM?")
    [notice] = look(tmp_path, messages=True).notices
    assert notice.startswith("messages.csv has not the columns that LinkedIn gave it")


def test_a_message_without_a_date_is_as_old_as_the_file(tmp_path: Path) -> None:
    [post] = heard(tmp_path, line("words").replace("2024-03-12 08:15:30 UTC", ""))
    assert post.posted_at == NOW
