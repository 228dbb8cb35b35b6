"""Which language a post is in: right where it can be told, and nothing where it cannot."""
# ruff: noqa: RUF001 - the sentences stand in their own scripts

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.types import Post
from listeners.batches import posts_of
from listeners.language import language_of

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

SAID = {
    "en": (
        "Which CRM should a six person agency get, HubSpot or Pipedrive?",
        "anyone switched from mailchimp to brevo lately? worth it?",
        "Is Gusto worth it for 3 employees?",
        "Thoughts on the new Dyson? Mine broke after two years.",
        "NEED A PASSWORD MANAGER FOR A SMALL TEAM, WHAT DO YOU ALL USE",
    ),
    "de": (
        "Welches CRM nehmt ihr für eine kleine Agentur, HubSpot oder Pipedrive?",
        "bin gerade am überlegen ob sich Notion für uns lohnt",
        "Unser Zendesk Vertrag läuft aus, was nehmen?",
        "Salesforce ist mir echt zu teuer geworden",
    ),
    "fr": (
        "Quel CRM choisir pour une petite agence, HubSpot ou Pipedrive ?",
        "je cherche un logiciel de facturation pas trop cher",
        "Est-ce que ça vaut le coup de passer à Linear ?",
    ),
    "es": (
        "¿Qué CRM recomiendan para una agencia pequeña, HubSpot o Pipedrive?",
        "alguien ha probado Brevo en vez de Mailchimp?",
        "Salesforce se nos ha vuelto demasiado caro",
    ),
    "pt": (
        "Qual CRM vocês recomendam para uma agência pequena, HubSpot ou Pipedrive?",
        "preciso de um programa de faturação que não seja caro",
    ),
    "it": (
        "Quale CRM consigliate per una piccola agenzia, HubSpot o Pipedrive?",
        "cerco un programma di fatturazione che non costi troppo",
    ),
    "nl": (
        "Welk CRM raden jullie aan voor een klein bureau, HubSpot of Pipedrive?",
        "Is Notion het geld waard voor vijf mensen?",
    ),
    "pl": (
        "Jaki CRM polecacie dla małej agencji, HubSpot czy Pipedrive?",
        "Czy warto płacić za Notion dla pięciu osób?",
    ),
    "sv": ("Vilket CRM rekommenderar ni för en liten byrå, HubSpot eller Pipedrive?",),
    "tr": ("Küçük bir ajans için hangi CRM'i önerirsiniz, HubSpot mu Pipedrive mı?",),
    "ru": ("Какую CRM посоветуете для маленького агентства, HubSpot или Pipedrive?",),
    "uk": ("Яку CRM порадите для маленької агенції, HubSpot чи Pipedrive?",),
    "ja": ("小さな会社におすすめのCRMはどれですか？HubSpotかPipedriveで迷っています",),
    "zh": ("小公司用哪个CRM比较好，HubSpot还是Pipedrive？", "谢谢大家的建议，我去看看"),
    "ko": ("작은 회사에 어떤 CRM이 좋을까요? HubSpot 아니면 Pipedrive?",),
    "ar": ("ما هو أفضل CRM لوكالة صغيرة، HubSpot أم Pipedrive؟",),
}


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language in SAID for text in SAID[language]]
)
def test_a_sentence_is_enough_though_it_names_english_products(language: str, text: str) -> None:
    assert language_of(text) == language
    assert language_of(f"@ann_k {text} https://example.org/a/very/long/address #crm") == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "Thanks!",
        "🙏🙏🙏🙏🙏🙏🙏🙏",
        "https://example.org/which-crm-should-we-get",
        "@ann @bob @carol_smith @dave_the_plumber",
        "#crm #sales #smallbusiness #marketing",
        "HubSpot / Pipedrive / Close / Zoho",
        "iPhone 15 Pro Max",
        "1234 5678 91011 121314 15161718",
    ],
)
def test_what_is_too_short_or_no_sentence_stays_unknown(text: str) -> None:
    assert language_of(text) == ""


@pytest.mark.parametrize(("one", "two"), [("en", "fr"), ("de", "es"), ("ja", "en"), ("ru", "it")])
def test_what_is_in_two_languages_stays_unknown(one: str, two: str) -> None:
    assert language_of(f"{SAID[one][0]} {SAID[two][0]}") == ""


@given(st.text(max_size=200))
@settings(deadline=None)
def test_whatever_is_said_it_is_a_code_of_two_letters_or_nothing(text: str) -> None:
    code = language_of(text)
    assert code == "" or (len(code) == 2 and code.isalpha() and code.islower())
    assert language_of(text) == code


def post(text: str, **fields: str) -> Post:
    return Post.model_validate(
        {"platform": "reddit", "external_id": "1", "posted_at": NOW, "fetched_at": NOW}
        | {"text": text}
        | fields
    )


def test_a_post_gets_the_language_of_its_words_where_its_platform_tells_none() -> None:
    text = SAID["de"][0]
    (found,) = posts_of([post(text)], lambda made: made, "here")
    assert found == post(text, language="de")


def test_what_the_platform_says_stays() -> None:
    (found,) = posts_of([post(SAID["de"][0], language="en")], lambda made: made, "here")
    assert found.language == "en"


def test_the_title_counts_too() -> None:
    (found,) = posts_of([post("ok", title=SAID["fr"][0])], lambda made: made, "here")
    assert found.language == "fr"


def test_unknown_stays_unknown() -> None:
    (found,) = posts_of([post("Thanks!")], lambda made: made, "here")
    assert found.language == ""
