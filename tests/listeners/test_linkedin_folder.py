"""LinkedIn: what in the folder is read, what is left alone, and what is said of it."""

import logging
import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from listeners.linkedin import Options
from tests.listeners.exports import (
    COMMENT,
    COMMENTS,
    LINK,
    PROFILE,
    SHARE,
    SHARES,
    URN,
    archive,
    known,
    look,
    read,
    records,
    shares,
    table,
    write,
)

# ------------------------------------------------------------------ what is left alone


def test_hidden_files_and_other_kinds_are_left_alone(tmp_path: Path) -> None:
    records(tmp_path / ".hidden.json", {"text": "hidden", "urn": URN})
    records(tmp_path / ".git" / "a.json", {"text": "hidden", "urn": URN})
    write(tmp_path / "__MACOSX" / "Shares.csv", shares("hidden"))
    write(tmp_path / "~$search.csv", "text,url")
    write(tmp_path / "notes.txt", "text,url")
    write(tmp_path / "a.json.part", "text,url")
    os.mkfifo(tmp_path / "pipe.csv")  # reading it would wait for ever
    posts, cursor = read(tmp_path)
    assert (posts, known(cursor)) == ((), {})


def test_links_out_of_the_folder_are_not_followed_and_that_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    outside = records(tmp_path / "out" / "a.json", {"text": "outside", "urn": URN})
    inside = records(folder / "b.json", {"text": "inside", "urn": URN})
    (folder / "inner.json").symlink_to(inside)
    (folder / "outer.json").symlink_to(outside)
    (folder / "outer").symlink_to(outside.parent)
    (folder / "circle.json").symlink_to(folder / "circle.json")
    (folder / "nowhere.json").symlink_to(folder / "nothing")
    batch = look(folder)
    assert [post.text for post in batch.posts] == ["inside"]
    assert batch.notices == (
        "circle.json is a link that leads out of the folder: put the file itself here",
        "outer is a link to a folder, which is not followed: put that folder here",
        "outer.json is a link that leads out of the folder: put the file itself here",
    )


@pytest.mark.parametrize(
    "name",
    ["Which CRM ? 50%.json", "čaj ☕.json", "-rf.json", "a;b'c\"d.json", b"a\xff.json", "A.JSON"],
)
def test_names_with_odd_characters_are_as_good_as_any(name: str | bytes, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), os.fsencode(name))))  # noqa: PTH118 - names that are no text
    records(path, {"text": "one", "urn": URN})
    posts, cursor = read(tmp_path)
    assert [post.text for post in posts] == ["one"]
    assert read(tmp_path, cursor)[0] == ()


# ------------------------------------------------------------------ archives that were unpacked


def test_an_archive_that_was_unpacked_reads_as_a_packed_one(tmp_path: Path) -> None:
    write(tmp_path / "me" / "Data" / "Shares_17529409.csv", SHARES, SHARE.format(text="Which CRM?"))
    write(tmp_path / "me" / "comments (1).csv", COMMENTS, f"{COMMENT},That one.")
    write(tmp_path / "me" / "Profile.csv", PROFILE)
    write(tmp_path / "me" / "messages.csv", "CONVERSATION ID,CONTENT", "1,A private word")
    write(tmp_path / "me" / "Languages.csv", "Name,Proficiency", "German,Native")
    write(tmp_path / "me" / "Of next year.csv", "Name,Proficiency", "German,Native")
    write(
        tmp_path / "me" / "Projects.csv",
        "Title,Description,Url,Started On",
        "CRM,Which CRM did we build?,https://a.example,Mar 2021",
    )
    posts, cursor = read(tmp_path)
    assert [(post.author, post.text) for post in posts] == [
        ("Ann Smith", "Which CRM?"),
        ("Ann Smith", "That one."),
    ]
    assert list(known(cursor)) == [  # messages are not even opened
        "me/Data/Shares_17529409.csv",
        "me/Of next year.csv",
        "me/comments (1).csv",
    ]


OTHER_FILES = {
    "Connections.csv": (
        '\ufeff"Notes:"\n"When exporting, ""some"" addresses\nare missing"\n\n'
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
        "Bob,B,https://www.linkedin.com/in/bob,,,,12 Mar 2024\n,,,,,,\n"
    ),
    "Invitations.csv": "From,To,Sent At,Message,Direction\nBob,Ann,now,Which CRM?,INCOMING\n",
    "Ad_Targeting.csv": "Member Age,Company Names,Company Names,Company Names\n35,a,b,c\n",
    "Reactions.csv": f"Date,Type,Link\n2024-03-12 08:15:30,LIKE,{LINK}\n",
    "Recommendations_Received.csv": "First Name,Text,Status,Url,Date\nBob,Good,OK,u,d\n",
    "Rich_Media.csv": "Date/Time,Media Description,Media Link\nnow,text,https://a.example\n",
    "guide_messages.csv": "CONVERSATION ID,FROM,DATE,CONTENT\n1,Bob,2024-01-01,Private\n",
    "learning_role_play_messages.csv": "CONVERSATION ID,FROM,DATE,CONTENT\n1,Bob,d,Private\n",
    "Publications.csv": "Name,Published On,Description,Url,Date\nn,p,Which CRM?,u,d\n",
    "Events.csv": "Event Name,Event Time,Status,External Url\nFair,now,in,https://a.example\n",
    "Skills_123456.csv": "Name\nCRM\n",
}


@pytest.mark.parametrize("messages", [False, True])
@pytest.mark.parametrize("name", OTHER_FILES)
def test_other_files_of_an_archive_are_no_posts_and_no_trouble(
    name: str, messages: bool, tmp_path: Path
) -> None:
    write(tmp_path / name, OTHER_FILES[name])
    archive(tmp_path / "a.zip", {f"in/{name}": OTHER_FILES[name]})
    assert read(tmp_path, messages=messages)[0] == ()


def test_messages_are_not_read_under_another_name_either(tmp_path: Path) -> None:
    write(tmp_path / "talk.csv", "CONVERSATION ID,FROM,URL,CONTENT", "1,Bob,,A private word")
    write(tmp_path / "old.csv", "From,To,Date,Subject,Content,Folder", "Bob,Ann,,,Private,INBOX")
    assert read(tmp_path)[0] == ()
    assert read(tmp_path, messages=True)[0] == ()


# ------------------------------------------------------------------ options


def test_the_log_says_what_was_read_and_what_wrote_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="listeners.linkedin")
    write(tmp_path / "Shares.csv", shares("words", "", '"more"', "words"))
    found = {"postUrl": LINK, "imgUrl": "", "postContent": "hi", "query": "crm\ufeff or\nerp"}
    table(tmp_path / "b.csv", found, found)
    look(tmp_path)
    first, second = [record.getMessage() for record in caplog.records]
    ours = "from the archive of a member's data; left out: 1 without words"
    assert first == f"li: Shares.csv: 3 shares of 4 rows {ours}"
    theirs = "from PhantomBuster (searched for: crm or erp); left out: 1 told before"
    assert second == f"li: b.csv: 1 posts of 2 rows {theirs}"


def test_the_operator_is_asked_for_a_lawful_basis() -> None:
    [doubt] = Options(name="li", folder=Path("in")).doubts()
    assert "state yours with `lawful_basis`" in doubt
    assert Options(name="li", folder=Path("in"), lawful_basis="legitimate_interests").doubts() == ()
    [doubt] = Options(name="li", folder=Path("in"), messages=True).doubts()
    assert "private messages" in doubt


def test_options_that_mean_nothing_here_are_doubted() -> None:
    chosen = {"name": "li", "folder": "in", "lawful_basis": "consent", "since": "7d"}
    [doubt] = Options.model_validate(chosen).doubts()
    assert "`since` means nothing for exports" in doubt


@pytest.mark.parametrize("basis", ["Consent", "because", "6(1)(f)"])
def test_another_basis_is_refused(basis: str) -> None:
    with pytest.raises(ValidationError, match="'legitimate_interests'"):
        Options.model_validate({"name": "li", "folder": "in", "lawful_basis": basis})
