"""The command line as scripts use it: exit codes, what stands on stdout, what on stderr."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

SETTINGS = """
[storage]
url = "sqlite:///{folder}/goodword.db"

[[catalogue.products]]
name = "Fernhill"
ours = true
category = "crm"

[[catalogue.products]]
name = "Tidewell"
category = "crm"
"""

ADVOCATES = """\
id,name,email,handles,consent,consent_source,consent_date,time_zone,quiet_from,quiet_to,products
anna,Anna Kay,anna@customer.example,reddit:ann_k,reply,form,2025-01-31,UTC,00:00,00:00,Fernhill
bo,Bo Lind,bo@customer.example,reddit:bo_l,,,,UTC,,,Fernhill
"""


class Goodword:
    """Runs the program in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = folder / "settings.toml"
        self.settings.write_text(SETTINGS.format(folder=folder))

    def __call__(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "run_pipeline.py"), "--config", str(self.settings)]
        return subprocess.run(
            [*command, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
            cwd=self.folder,
            env={k: v for k, v in os.environ.items() if not k.startswith("GOODWORD_")},
        )

    def write(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return str(self.folder / name)


@pytest.fixture
def goodword(tmp_path: Path) -> Goodword:
    return Goodword(tmp_path)


def test_a_wrong_settings_file_ends_with_2_and_says_everything_on_stderr(
    goodword: Goodword,
) -> None:
    goodword.settings.write_text("[storage]\nurl = 3\n[rooting]\nx = 1\n")
    ended = goodword("once")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "storage.url" in ended.stderr
    assert "rooting: no such setting" in ended.stderr
    assert not list(goodword.folder.glob("*.db"))


@pytest.mark.parametrize("wrong", [["nonsense"], ["match"], ["score"], ["listen", "nowhere"]])
def test_wrong_usage_ends_with_2(goodword: Goodword, wrong: list[str]) -> None:
    ended = goodword(*wrong)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr


def test_once_without_sources_does_nothing_and_says_so(goodword: Goodword) -> None:
    ended = goodword("once", "--json")
    assert ended.returncode == 0, ended.stderr
    assert set(json.loads(ended.stdout).values()) == {0}


def test_advocates_are_imported_all_or_none(goodword: Goodword) -> None:
    good = goodword.write("good.csv", ADVOCATES)
    bad = goodword.write("bad.csv", ADVOCATES.replace("UTC,,,", "Mars/Base,,,"))
    ended = goodword("advocates", "import", bad)
    assert ended.returncode == 2
    assert "line 3" in ended.stderr
    assert "Mars/Base" in ended.stderr
    assert goodword("advocates", "list").stdout == "None yet.\n"
    assert goodword("advocates", "import", good, "--dry-run").returncode == 0
    assert goodword("advocates", "list").stdout == "None yet.\n"
    assert goodword("advocates", "import", good).returncode == 0
    listed = json.loads(goodword("advocates", "list", "--json").stdout)
    assert [a["id"] for a in listed] == ["anna", "bo"]


def test_a_given_post_is_matched_with_a_why_for_everybody(goodword: Goodword) -> None:
    goodword("advocates", "import", goodword.write("a.csv", ADVOCATES))
    post = {
        "platform": "reddit",
        "community": "r/crm",
        "external_id": "t3_1",
        "author": "asker",
        "title": "Fernhill or Tidewell?",
        "text": "We are a plumbing firm of 12 in Leeds. Which of the two would you get?",
    }
    ended = goodword("match", "--post", goodword.write("p.json", json.dumps(post)), "--json")
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert [c["advocate"] for c in found["shortlist"]] == ["anna"]
    [anna] = found["shortlist"]
    assert sum(anna["components"].values()) == pytest.approx(anna["fit"], abs=0.001)
    assert anna["why"]
    assert [(p["advocate"], bool(p["why_not"])) for p in found["others"]] == [("bo", True)]
    assert found["place"]["key"] == "reddit:r/crm"


def test_scores_come_out_in_order_with_offsets_into_title_newline_text(goodword: Goodword) -> None:
    lines = [
        {
            "id": "1",
            "title": "Fernhill or Tidewell?",
            "text": "Which should I buy for a team of 12?",
        },
        {"id": "2", "title": "", "text": "Lovely weather today."},
    ]
    ended = goodword("score", "--jsonl", "-", stdin="\n".join(map(json.dumps, lines)))
    assert ended.returncode == 0, ended.stderr
    scored = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [s["id"] for s in scored] == ["1", "2"]
    assert scored[0]["score"] > scored[1]["score"]
    reading = f"{lines[0]['title']}\n{lines[0]['text']}"
    for mention in scored[0]["mentions"]:
        assert reading[mention["start"] : mention["end"]] == mention["text"]
    assert {m["name"] for m in scored[0]["mentions"]} >= {"Fernhill", "Tidewell"}


def test_a_bad_line_is_named_by_its_number(goodword: Goodword) -> None:
    ended = goodword("score", "--jsonl", "-", stdin='{"id": "1", "text": "a"}\nnot json\n')
    assert ended.returncode == 2
    assert "line 2" in ended.stderr


def test_status_doctor_and_backup(goodword: Goodword) -> None:
    assert json.loads(goodword("status", "--json").stdout)["sources"] == []
    checked = goodword("doctor")
    assert checked.returncode == 1  # no sources are set up
    assert "FAIL sources" in checked.stdout
    assert "ok   database" in checked.stdout
    assert goodword("backup", "copy.db").returncode == 0
    again = goodword("backup", "copy.db")
    assert (again.returncode, "exists" in again.stderr) == (1, True)


def test_an_erased_advocate_is_in_no_file_any_more(goodword: Goodword) -> None:
    goodword("advocates", "import", goodword.write("a.csv", ADVOCATES))
    assert goodword("advocates", "erase", "anna", "--yes").returncode == 0
    for file in goodword.folder.glob("goodword.db*"):
        assert b"anna@customer.example" not in file.read_bytes()
    assert goodword("advocates", "show", "anna").returncode == 2


def test_an_import_doubts_what_could_never_fit(goodword: Goodword) -> None:
    rows = "id,name,email,industry,handles,products\nh,Hal,h@x.example,plumber,redit:h,Fernhil\n"
    ended = goodword("advocates", "import", goodword.write("a.csv", rows), "--dry-run")
    assert ended.returncode == 0
    assert "h: the product 'Fernhil' is not in the catalogue" in ended.stdout
    assert "h: no source is of the platform 'redit'" in ended.stdout
    assert "h: the industry 'plumber' is on no list" in ended.stdout
    address = rows.replace("redit:h", "https://www.reddit.com/user/h")
    assert goodword("advocates", "import", goodword.write("b.csv", address)).returncode == 2
