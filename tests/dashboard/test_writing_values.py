from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from dashboard import chips
from dashboard.templatetags import recado
from notifications.models import Appointment
from notifications.states import STATES
from notifications.timeline import EVENTS, STATUSES
from tenants.models import PhoneNumber


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*Data:* 22/11", "<b>Data:</b> 22/11"),
        ("_oi_ ~não~", "<em>oi</em> <s>não</s>"),
        ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
        ("<script>*x*</script>", "&lt;script&gt;<b>x</b>&lt;/script&gt;"),
        ("* item\n* item", "* item\n* item"),
    ],
)
def test_a_message_is_shown_as_the_phone_shows_it_and_never_as_markup(text, html):
    assert recado.as_whatsapp(text) == html


@pytest.mark.parametrize(("days", "word"), [(-1, "ontem"), (0, "hoje"), (1, "amanhã")])
def test_days_near_today_have_names(days, word):
    noon = timezone.localtime().replace(hour=12, minute=5)
    with translation.override("pt-br"):
        assert recado.moment(noon + timedelta(days=days)) == f"{word} 12:05"


def test_other_days_are_written_short_with_the_full_time_on_hover():
    at = datetime(2026, 3, 9, 17, 5, 9, tzinfo=UTC)
    with translation.override("pt-br"), timezone.override("America/Sao_Paulo"):
        html = recado.when(at)
    assert ">09/03/2026 14:05<" in html
    assert 'title="09/03/2026 14:05:09"' in html


def test_a_time_is_written_for_each_reader_on_each_day(monkeypatch):
    at, seen = timezone.localtime().replace(hour=12, minute=5), []
    for language, zone, days in (("pt-br", "UTC", 0), ("en", "UTC", 0), ("en", "Asia/Tokyo", 0), ("en", "UTC", 3)):
        today = timezone.localdate() + timedelta(days=days)
        with translation.override(language), timezone.override(zone), monkeypatch.context() as patch:
            patch.setattr(timezone, "localdate", lambda today=today: today)
            seen.append(recado.when(at))
    assert len(set(seen)) == 4


def test_every_state_of_a_chip_has_icon_word_and_tone():
    tables = [
        (STATES, STATES),
        (chips.APPOINTMENTS, Appointment.State.values),
        (chips.CONNECTIONS, PhoneNumber.State.values),
    ]
    for table, states in tables:
        assert set(table) == set(states)
        assert all(look.icon and look.word and look.tone for look in table.values())


def test_every_icon_of_a_message_state_has_its_glyph():
    assert {look.icon for look in STATES.values()} <= set(chips.GLYPHS)


def test_the_timelines_icons_name_lines_that_exist():
    assert set(chips.MOMENTS) - set(EVENTS) - set(STATUSES) == {"reply"}
