"""What changed between two versions of a template is told in words, whatever the part."""

import pytest

from dashboard.template_difference import PUT, changes
from tests.templates_mgmt.template_samples import card, carousel, file_header, header, offer

FIVE = {"type": "FOOTER", "code_expiration_minutes": 5}


@pytest.mark.parametrize(
    ("before", "after", "part", "put"),
    [
        ({"type": "BODY"}, {"type": "BODY", "add_security_recommendation": True}, "Texto", "não compartilhe"),
        (FIVE, FIVE | {"code_expiration_minutes": 9}, "Rodapé", "9"),
        (header("Oi"), file_header("IMAGE"), "Cabeçalho", "Imagem"),
        (offer("Só hoje"), offer("Só amanhã"), "Oferta", "amanhã"),
        (carousel(card(), card()), carousel(card(), card(text="Só unhas")), "Cartões", "unhas"),
        (carousel(card(), card()), carousel(card(), card(), card()), "Cartões", "Cartão 3:"),
    ],
)
def test_a_part_that_changed_is_told_in_words(before, after, part, put):
    (change,) = changes([before], [after])
    assert str(change.part) == part
    assert put in "".join(words for kind, words in change.pieces if kind == PUT)
    assert "{" not in "".join(words for _kind, words in change.pieces)


def test_a_part_that_nobody_knows_is_shown_as_it_came():
    (change,) = changes([], [{"type": "DANCE", "steps": 3}])
    assert (change.part, change.pieces) == ("DANCE", ((PUT, '{"steps": 3}'),))
