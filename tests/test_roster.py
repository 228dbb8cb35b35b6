"""The advocates' file: what is read, what is refused and where, and what comes back out."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import roster
from domain import scales
from domain.errors import ConfigError
from domain.text import one_line
from domain.types import Advocate, AskKind, Consent, Known
from tests.make import DAY, NOW, advocate

ANNA = {"id": "anna", "name": "Anna Keller", "email": "anna@customer.example"}


def sheet(*rows: dict[str, str], delimiter: str = ",") -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def read(path: Path, content: str | bytes) -> list[Advocate]:
    file = path / "advocates.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return roster.read(file)


def problems(path: Path, content: str | bytes) -> Sequence[str]:
    with pytest.raises(ConfigError) as caught:
        read(path, content)
    return caught.value.problems


def only(path: Path, **cells: str) -> Advocate:
    (found,) = read(path, sheet({**ANNA, **cells}))
    return found


# What is read


def test_three_columns_are_enough(tmp_path: Path) -> None:
    assert only(tmp_path) == Advocate(**ANNA)


def test_all_columns_in_any_order(tmp_path: Path) -> None:
    found = only(
        tmp_path,
        facts="We are twelve; It took a day to set up",
        slack_id="U012ABCDEF",
        kind="Customer",
        company="Brook & Sons",
        industry="Plumbing",
        company_size="12",
        region="Leeds",
        time_zone="Europe/London",
        languages="en-GB;DE",
        role="owner",
        products="Fernhill;Fernhill Pay",
        product_since="2021-05",
        moved_from="Tidewell",
        use_cases="quotes;invoices",
        communities="reddit:r/trades;r/plumbing",
        handles="reddit:u/anna_k;twitter:@annk;linkedin:https://www.linkedin.com/in/ann-k/",
        consent="reply;review",
        consent_source="sign-up form",
        consent_date="2025-03-01",
        motives="helping;expertise",
        max_per_week="1",
        max_per_quarter="4",
        quiet_from="18:30",
        quiet_to="9",
        paused_until="2026-04-01",
        frozen_until="2026-04-01T09:00+02:00",
    )
    given_on = date(2025, 3, 1)
    assert found == Advocate(
        **ANNA,
        facts=("We are twelve", "It took a day to set up"),
        slack_id="U012ABCDEF",
        company="Brook & Sons",
        industry="construction",
        company_size="11-50",
        region="uk and ireland",
        time_zone="Europe/London",
        languages=("en", "de"),
        role="owner",
        products=(
            Known(product="Fernhill", since=date(2021, 5, 1)),
            Known(product="Fernhill Pay"),
        ),
        moved_from=("Tidewell",),
        use_cases=("quotes", "invoices"),
        communities=("reddit:r/trades", "reddit:r/plumbing"),
        handles={"reddit": "anna_k", "x": "annk", "linkedin": "ann-k"},
        consents=(
            Consent(kind=AskKind.REPLY, source="sign-up form", given_on=given_on),
            Consent(kind=AskKind.REVIEW, source="sign-up form", given_on=given_on),
        ),
        motives=("helping", "expertise"),
        max_per_week=1,
        max_per_quarter=4,
        quiet_from=time(18, 30),
        quiet_to=time(9),
        paused_until=datetime(2026, 3, 31, 23, 0, tzinfo=UTC),  # midnight of a London summer day
        frozen_until=datetime(2026, 4, 1, 7, 0, tzinfo=UTC),
    )


def test_words_that_are_on_no_scale_are_kept_for_comparison(tmp_path: Path) -> None:
    found = only(tmp_path, industry="Falconry", region="The Moon")
    assert (found.industry, found.region) == ("falconry", "the moon")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_as_spreadsheets_save_it(tmp_path: Path, delimiter: str, line_end: str, mark: str) -> None:
    text = sheet({**ANNA, "languages": "en;de"}, delimiter=delimiter).replace("\r\n", line_end)
    (found,) = read(tmp_path, mark + text)
    assert (found.id, found.languages) == ("anna", ("en", "de"))


def test_empty_lines_and_columns_in_capitals_are_no_matter(tmp_path: Path) -> None:
    text = "ID, Name ,EMAIL\n\nanna,Anna Keller,anna@customer.example\n,,\n"
    assert read(tmp_path, text) == [Advocate(**ANNA)]


def test_a_file_with_a_header_alone_has_nobody_in_it(tmp_path: Path) -> None:
    assert read(tmp_path, "id,name,email\n") == []


@pytest.mark.parametrize(
    ("said", "meant"),
    [("europe/berlin", "Europe/Berlin"), ("america/new york", "America/New_York")],
)
def test_a_zone_in_the_wrong_case_is_found(tmp_path: Path, said: str, meant: str) -> None:
    assert only(tmp_path, time_zone=said).time_zone == meant


def test_one_source_and_date_may_go_with_each_kind_of_consent(tmp_path: Path) -> None:
    found = only(
        tmp_path,
        consent="reply;review",
        consent_source="form;mail of 3 May",
        consent_date="2025;2026",
    )
    assert [(c.source, c.given_on.year) for c in found.consents] == [
        ("form", 2025),
        ("mail of 3 May", 2026),
    ]


def test_a_semicolon_can_be_part_of_a_value(tmp_path: Path) -> None:
    assert only(tmp_path, facts=r"It works\; mostly;C:\temp").facts == (
        "It works; mostly",
        r"C:\temp",
    )


def test_direction_marks_and_line_ends_are_taken_out(tmp_path: Path) -> None:
    assert only(tmp_path, name="Anna\u202e\nKeller").name == "Anna Keller"


# What is refused, and in which words


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"id": ""}, "id is empty"),
        ({"id": "an na"}, "id is 'an na'; an id has no blanks"),
        ({"name": " "}, "name is empty"),
        ({"email": "anna@"}, "email is 'anna@', which is no e-mail address"),
        ({"email": "Anna <anna@x.example>"}, "which is no e-mail address"),
        ({"email": "a@x.example\nBcc: b@x.example"}, "which is no e-mail address"),
        ({"email": ""}, "email is empty, and so is slack_id: they could not be reached"),
        ({"slack_id": "@anna"}, "slack_id begins with '@'"),
        ({"slack_id": "anna"}, "slack_id is 'anna'; a member id looks like U012ABCDEF"),
        ({"kind": "friend"}, "kind is 'friend'; it must be one of customer, employee, partner"),
        ({"company_size": "big"}, "company_size is 'big'; write a number of people, or a band"),
        ({"time_zone": "Mars/Base"}, "time_zone is 'Mars/Base'; write a zone like Europe/Berlin"),
        ({"time_zone": "../../etc/passwd"}, "time_zone is"),
        ({"languages": "English"}, "languages holds 'english'; write codes like en;de"),
        ({"handles": "anna"}, "handles holds 'anna'; write them like reddit:ann_k;x:annk"),
        ({"handles": "x:a;twitter:b"}, "handles names two accounts on x"),
        ({"communities": "reddit:"}, "communities holds 'reddit:'; write them like reddit:r/crm"),
        ({"products": "A", "product_since": "2020;2021"}, "product_since has 2 dates for 1"),
        ({"products": "A", "product_since": "05/2021"}, "product_since holds '05/2021'; write"),
        ({"products": "A", "product_since": "2021-02-30"}, "product_since holds '2021-02-30'"),
        ({"products": "A", "product_since": "0021"}, "product_since holds '0021'"),
        ({"consent": "reply"}, "consent has no consent_source: nobody is asked without a record"),
        ({"consent": "reply", "consent_source": "form"}, "consent has no consent_date"),
        (
            {"consent": "replies", "consent_source": "form", "consent_date": "2025-01-01"},
            "consent is 'replies'; it must be one of reply, amplify",
        ),
        (
            {"consent": "reply", "consent_source": "a;b", "consent_date": "2025-01-01"},
            "consent names 1 kinds, but consent_source holds 2",
        ),
        ({"motives": "money"}, "motives is 'money'; it must be one of network, helping"),
        ({"max_per_week": "-1"}, "max_per_week is '-1'; write a whole number, 0 for never"),
        ({"max_per_quarter": "many"}, "max_per_quarter is 'many'"),
        ({"quiet_from": "25:00"}, "quiet_from is '25:00'; write a time like 20:00"),
        ({"paused_until": "tomorrow"}, "paused_until is 'tomorrow'; write a day like 2026-05-31"),
        ({"frozen_until": "31.05.2026"}, "frozen_until is '31.05.2026'"),
        ({"name": "x" * 201}, "name is longer than 200 characters"),
    ],
)
def test_a_bad_cell_is_told_with_line_column_and_reason(
    tmp_path: Path, cells: dict[str, str], said: str
) -> None:
    good = {"id": "bo", "name": "Bo", "email": "bo@customer.example"}
    (problem,) = problems(tmp_path, sheet(good, {**ANNA, **cells}))
    assert problem.startswith("line 3: ")
    assert said in problem
    assert "\n" not in problem


@pytest.mark.parametrize("column", ["id", "name", "company", "role", "facts", "industry", "email"])
@pytest.mark.parametrize(
    "formula", ["=HYPERLINK(1)", "+1+1", "-1", "@SUM(A1)", "\t=1", "\n=1", " =1", "\uff1d1"]
)
def test_a_formula_is_refused(tmp_path: Path, column: str, formula: str) -> None:
    (problem,) = problems(tmp_path, sheet({**ANNA, column: formula}))
    assert f"line 2: {column} begins with " in problem
    assert "formula" in problem


def test_a_formula_in_the_second_value_of_a_cell_is_refused_too(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, sheet({**ANNA, "use_cases": "quotes;=1+1"}))
    assert "use_cases begins with '='" in problem


def test_every_problem_of_every_line_is_told_at_once(tmp_path: Path) -> None:
    rows = [
        {**ANNA, "kind": "friend", "time_zone": "Mars"},
        {"id": "", "name": "Bo", "email": "bo@x.example", "kind": "", "time_zone": ""},
        {"id": "cy", "name": "Cy", "email": "cy", "kind": "", "time_zone": ""},
    ]
    told = problems(tmp_path, sheet(*rows))
    assert [t.split(" ")[:3] for t in told] == [
        ["line", "2:", "kind"],
        ["line", "2:", "time_zone"],
        ["line", "3:", "id"],
        ["line", "4:", "email"],
    ]


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ({"id": "anna"}, "line 3: id 'anna' stands in line 2 already"),
        ({"id": "ANNA"}, "line 3: id 'ANNA' stands in line 2 already"),
        ({"email": "Anna@Customer.example"}, "line 3: email 'Anna@Customer.example' stands in"),
        ({"slack_id": "U012"}, "line 3: slack_id 'U012' stands in line 2 already"),
        ({"handles": "x:AnnK"}, "line 3: handle 'x:AnnK' stands in line 2 already"),
    ],
)
def test_one_person_in_two_lines_is_told(tmp_path: Path, second: dict[str, str], said: str) -> None:
    one = {**ANNA, "slack_id": "U012", "handles": "x:annk"}
    two = {"id": "bo", "name": "Bo", "email": "bo@x.example", "slack_id": "", "handles": ""}
    (problem,) = problems(tmp_path, sheet(one, {**two, **second}))
    assert problem.startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: is empty; the first line names the columns: id, name, email"),
        ("id,name\n1,2\n", "line 1: the column 'email' is missing"),
        ("id,name,email,emial\n", "line 1: the column 'emial' is unknown; is it 'email'?"),
        ("id,name,email,id\n", "line 1: the column 'id' stands there twice"),
        ("id,name,email,\n", "line 1: the column '' is unknown"),
        ("id,name,email\na,b\n", "line 2: has 2 cells under 3 columns"),
        ("id,name,email\na,b,c@x.example,d\n", "line 2: has 4 cells under 3 columns"),
        ('id,name,email\n"a"b,c,d@x.example\n', "line 2: ',' expected after '\"'"),
        ('id,name,email\n"a,b,c\n', "line 2: unexpected end of data; nothing after it was read"),
        ("id,name,email\na," + "x" * 140_000 + ",c\n", "line 2: "),
        (b"id,name,email\na,M\xfcller,a@x.example\n", "line 2: is not UTF-8; save the file"),
        ("id,name,email\n".encode("utf-16"), "advocates.csv: is UTF-16; save it as CSV UTF-8"),
        (b"PK\x03\x04\x00\x00", "line 1: "),
    ],
)
def test_a_file_that_is_no_such_table_is_told(tmp_path: Path, text: str | bytes, said: str) -> None:
    assert problems(tmp_path, text)[0].startswith(said)


def test_the_line_is_where_a_row_of_several_lines_begins(tmp_path: Path) -> None:
    bad = {"id": "bo", "name": "Bo", "email": "bo"}
    told = problems(tmp_path, sheet({**ANNA, "name": "Anna\nKeller\nMeyer"}, bad))
    assert told[0].startswith("line 5: email")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        roster.read(tmp_path / "nothing.csv")
    with pytest.raises(ConfigError, match="cannot be read"):
        roster.read(tmp_path)


def test_after_very_many_problems_reading_stops(tmp_path: Path) -> None:
    text = "id,name,email\n" + ",,\n".join(["x,"] * 9000)
    told = problems(tmp_path, text)
    assert len(told) == roster.TOO_MANY + 1
    assert "reading stopped" in told[-1]


# What is written


def written(*advocates: Advocate) -> str:
    out = io.StringIO()
    roster.write(advocates, out)
    return out.getvalue()


def test_an_export_has_all_columns() -> None:
    assert written().strip().split(",") == list(roster.COLUMNS)


def test_no_cell_of_an_export_is_a_formula(tmp_path: Path) -> None:
    hostile = advocate(
        name="=HYPERLINK(1)", company="+1", role="'=1", use_cases=("@x", "ok"), facts=("-1",)
    )
    text = written(hostile)
    for cell in next(iter(csv.DictReader(io.StringIO(text)))).values():
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert read(tmp_path, text) == [hostile]


texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9)
tuples = st.lists(texts, max_size=3, unique=True).map(tuple)
moments = st.none() | st.integers(0, 900).map(lambda hours: NOW + hours * DAY / 24)
days = st.dates(date(1950, 1, 1), date(2199, 12, 31))


@st.composite
def advocates(draw: st.DrawFn) -> Advocate:
    draw_text = draw(st.just("") | texts)
    return Advocate(
        id=draw(texts),
        name=draw(texts),
        email="a@x.example",
        slack_id=draw(st.sampled_from(["", "U012ABC"])),
        handles=draw(st.sampled_from([{}, {"reddit": "ann_k", "x": "ann"}])),
        kind=draw(st.sampled_from(["customer", "employee", "partner", "investor"])),
        company=draw_text,
        industry=draw(st.sampled_from(["", *scales.INDUSTRIES])),
        company_size=draw(st.sampled_from(["", *scales.SIZE_BANDS])),
        region=draw(st.sampled_from(["", *scales.REGIONS])),
        time_zone=draw(st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"])),
        languages=draw(st.sampled_from([("en",), ("en", "de"), ("fil",)])),
        role=draw_text,
        products=draw(
            st.lists(st.builds(Known, product=texts, since=st.none() | days), max_size=3).map(tuple)
        ),
        moved_from=draw(tuples),
        use_cases=draw(tuples),
        communities=draw(st.sampled_from([(), ("reddit:r/CRM", "hackernews")])),
        facts=draw(tuples),
        motives=draw(st.sampled_from([(), ("network", "helping")])),
        consents=draw(
            st.lists(
                st.builds(Consent, kind=st.sampled_from(AskKind), source=texts, given_on=days),
                max_size=3,
            ).map(tuple)
        ),
        max_per_week=draw(st.none() | st.integers(0, 999)),
        max_per_quarter=draw(st.none() | st.integers(0, 999)),
        quiet_from=draw(st.none() | st.builds(time, st.integers(0, 23), st.integers(0, 59))),
        quiet_to=draw(st.none() | st.builds(time, st.integers(0, 23), st.integers(0, 59))),
        paused_until=draw(moments),
        frozen_until=draw(moments),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("roster")


@given(somebody=advocates())
def test_what_is_written_is_read_back(folder: Path, somebody: Advocate) -> None:
    assert read(folder, written(somebody)) == [_as_read(somebody)]


def _as_read(somebody: Advocate) -> Advocate:
    """Text as it is stored: composed, without marks, white space trimmed."""

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return one_line(value)
        if isinstance(value, tuple):
            return tuple(clean(v) for v in value)
        if isinstance(value, Known):
            return Known(product=one_line(value.product), since=value.since)
        if isinstance(value, Consent):
            return value.model_copy(update={"source": one_line(value.source)})
        return value

    return Advocate(**{name: clean(value) for name, value in dict(somebody).items()})


# What reading would change


def test_the_difference_names_who_is_added_and_what_is_changed() -> None:
    old = [advocate("anna"), advocate("bo"), advocate("cy")]
    new = [advocate("anna"), advocate("bo", region="nordics", max_per_week=1), advocate("di")]
    assert roster.difference(old, new) == [
        "changed: bo: region '' -> 'nordics'; max_per_week '' -> '1'",
        "added: di (Di)",
        "unchanged: 1",
        "not in the file, left as they are: 1",
    ]


def test_the_difference_knows_what_survives() -> None:
    paused = advocate("anna", paused_until=NOW + DAY)
    assert roster.difference([paused], [advocate("anna")])[0] == "unchanged: 1"


def test_a_known_person_under_a_new_id_is_told() -> None:
    new = advocate("anna2", email="ANNA@customer.example")
    assert roster.clashes([advocate("anna")], [new, advocate("anna")]) == [
        "anna2: the e-mail ANNA@customer.example belongs to anna already"
    ]
