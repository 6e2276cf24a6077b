"""The catalogue of Meta's errors: whole, and with a sentence for each."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from whatsapp.errors import ErrorKind, Scope
from whatsapp.providers.meta.error_codes import CATALOGUE, KIND_SENTENCES, classify, sentence
from whatsapp.providers.meta.error_sentences import CODE_SENTENCES

FACTS = Path(__file__).resolve().parents[3] / "shared" / "meta" / "facts.md"

DOCUMENTED = {
    *(0, 1, 2, 3, 4, 10, 33, 100, 102, 104, 190, 368, 506, 613, 803, 1026, 2040, 2046, 2047, 80007, 80008),
    *range(200, 300),
    *(130403, 130429, 130472, 130497, 131000, 131005, 131008, 131009, 131014, 131016, 131020, 131021, 131026, 131030),
    *(131031, 131035, 131036, 131037, 131041, 131042, 131044, 131045, 131047, 131048, 131049, 131050, 131051, 131052),
    *(131053, 131055, 131056, 131057, 131059, 131060, 131062, 131063, 131064),
    *(131201, 131202, 131204, 131207, 131208, 131209, 131210, 131211, 131212, 131213, 131214, 131215),
    *(132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069),
    *(133000, 133004, 133005, 133006, 133008, 133009, 133010, 133015, 133016, 134011, 134100, 134101, 134102),
    *(135000, 136024, 136025, 137000, *range(138000, 138026), *range(139000, 139007), *range(139100, 139104)),
    *(141002, *range(147001, 147006), 200002, *range(200005, 200008), 1752041),
    *(2388001, 2388012, 2388091, 2388093, 2388103, 2388019, 2388024),
    *(2388039, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299),
    *(2446079, 2494055, 2494100, *range(2494164, 2494180), 2593079, 2593085, 2593107, 2593108, 2593109),
}


def test_every_documented_code_has_its_line():
    assert DOCUMENTED - CATALOGUE.keys() == set()


@pytest.mark.skipif(
    not FACTS.exists(), reason=f"the table of facts is not at {FACTS}: the list above is not held to it"
)
def test_the_list_of_documented_codes_is_the_table_of_facts():
    section = FACTS.read_text(encoding="utf-8").split("## 11. Error codes")[1].split("## 12.")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if re.match(r"\| \d", line)]
    named = {code for cell in cells for code in _codes(cell)}
    assert len(named) > 200
    assert named - DOCUMENTED == set()


def _codes(cell: str) -> set[int]:
    found: set[int] = set()
    for first, last in re.findall(r"(\d+)(?:\s*[–…]\s*(\d+))?", cell):
        found |= set(range(int(first), int(last or first) + 1))
    return found


def test_every_kind_has_its_sentence():
    assert set(KIND_SENTENCES) == set(ErrorKind)


def test_sentences_belong_to_codes_of_the_catalogue():
    assert CODE_SENTENCES.keys() - CATALOGUE.keys() == set()


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_no_code_is_left_unclassified_or_without_words(code):
    assert CATALOGUE[code].kind is not ErrorKind.UNKNOWN
    assert len(sentence(code)) > 30
    assert str(code) not in sentence(code)


@pytest.mark.parametrize("words", [*KIND_SENTENCES.values(), *CODE_SENTENCES.values()], ids=str)
def test_every_sentence_is_in_both_languages(words):
    told = {}
    for language in ("en", "pt-br"):
        with translation.override(language):
            told[language] = str(words)
    assert told["en"] != told["pt-br"]


@pytest.mark.parametrize(
    ("code", "subcode", "details", "expected"),
    [
        (190, 463, "", (ErrorKind.TOKEN, Scope.WABA)),
        (299, None, "", (ErrorKind.TOKEN, Scope.WABA)),
        (100, None, "", (ErrorKind.CONTENT, Scope.MESSAGE)),
        (100, 33, "", (ErrorKind.TOKEN, Scope.NUMBER)),
        (803, None, "", (ErrorKind.TOKEN, Scope.NUMBER)),
        (130429, None, "", (ErrorKind.RATE_LIMITED, Scope.NUMBER)),
        (131056, None, "", (ErrorKind.RATE_LIMITED, Scope.PAIR)),
        (80008, None, "", (ErrorKind.RATE_LIMITED, Scope.WABA)),
        (131047, None, "", (ErrorKind.WINDOW_CLOSED, Scope.PAIR)),
        (131050, None, "", (ErrorKind.OPTED_OUT, Scope.PAIR)),
        (131053, None, "Failed to download from link", (ErrorKind.TRANSIENT, Scope.MESSAGE)),
        (131053, None, "unsupported MIME type", (ErrorKind.CONTENT, Scope.MESSAGE)),
        (132015, None, "", (ErrorKind.TEMPLATE, Scope.TEMPLATE)),
        (987654, None, "", (ErrorKind.UNKNOWN, Scope.MESSAGE)),
    ],
)
def test_codes_are_classified(code, subcode, details, expected):
    assert classify(code, subcode, details) == expected


def test_an_unknown_code_is_shown_as_it_came():
    assert "987654: brand new" in sentence(987654, "brand new")


def test_sentences_are_in_the_operators_language():
    with translation.override("pt-br"):
        assert "Reconecte o número em Conexões" in sentence(190)
    with translation.override("en"):
        assert "Reconnect the number in Connections" in sentence(190)
