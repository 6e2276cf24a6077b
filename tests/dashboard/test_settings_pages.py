"""Settings: each section says what is the company's own and what the platform's, and takes only what makes sense."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tenants import flags
from tenants.models import AuditEntry, AutomationSettings, KillSwitch
from tests.dashboard.people import browser
from tests.dashboard.test_messages_page import make_job
from tests.factories import make_person

pytestmark = pytest.mark.django_db
SENDING = {"mode": "dry_run", "reminders": "24 h, 2 h", "max_retries": "3"}


@pytest.fixture
def manager(jana):
    return browser(jana, "manager")


@pytest.fixture
def owner(jana):
    return browser(jana, "owner")


def own(jana):
    return AutomationSettings.objects.get(tenant=jana)


def test_what_is_empty_is_marked_as_the_platforms(jana, manager, settings):
    settings.WHATSAPP_AUTOMATION_MAX_RETRIES = 7
    html = manager.get("/configuracoes/").content.decode()
    assert "7 (padrão da plataforma)" in html
    assert '<span class="rc-tag">padrão da plataforma</span>' in html


def test_sending_is_saved_and_audited(jana, manager, post):
    assert post(manager, "/configuracoes/", **SENDING).status_code == 302
    kept = own(jana)
    assert (kept.mode, kept.reminder_offsets_minutes, kept.max_retries) == ("dry_run", [1440, 120], 3)
    entry = AuditEntry.objects.filter(action="automationsettings.changed").last()
    assert entry.detail["changes"]["max_retries"] == [None, 3]


def test_an_emptied_field_goes_back_to_the_platform(jana, manager, post, settings):
    post(manager, "/configuracoes/", **SENDING)
    post(manager, "/configuracoes/", mode="", reminders="", max_retries="")
    kept = own(jana)
    assert (kept.mode, kept.reminder_offsets_minutes, kept.max_retries) == ("", [], None)
    assert flags.resolve(jana.__class__.objects.get(pk=jana.pk)).mode == settings.WHATSAPP_AUTOMATION_MODE


@pytest.mark.parametrize("path", ["/configuracoes/", "/configuracoes/empresa/"])
def test_what_somebody_else_changed_meanwhile_is_not_undone(jana, owner, post, path):
    stale, page = owner.get(path).context["seen"], owner.get(path).context["form"]
    values = {name: value for name, value in page.initial.items() if value not in (None, "")}
    other = {"mode": "disabled"} if path == "/configuracoes/" else {"name": "Studio da Jana"}
    post(owner, path, **(values | other), seen=stale)
    answer = owner.post(path, {"tenant": str(jana.pk), **values, "seen": stale}, follow=True)
    assert "outra pessoa mudou" in answer.content.decode()
    assert other.items() <= answer.context["form"].initial.items()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"reminders": "amanhã"}, "não é"),
        ({"reminders": "1 min"}, "5 minutos"),
        ({"reminders": "1,2,3,4,5,6"}, "No máximo 5"),
        ({"max_retries": "-1"}, "maior"),
        ({"max_retries": "muitas"}, "número"),
        ({"test_recipient": "<script>"}, "&lt;script&gt;"),
        ({"mode": "party"}, "party"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field(jana, manager, post, values, told):
    answer = post(manager, "/configuracoes/", **(SENDING | values))
    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert own(jana).max_retries is None


def test_in_production_nobody_is_switched_on_before_it_is_ready(jana, manager, post, settings):
    AutomationSettings.objects.filter(tenant=jana).update(mode="disabled")
    settings.IN_PRODUCTION = True
    answer = post(manager, "/configuracoes/", mode="enabled")
    assert answer.status_code == 400
    assert "Prontidão" in answer.content.decode()
    assert own(jana).mode == "disabled"


def test_quiet_hours_and_holidays_are_kept_as_the_queue_reads_them(jana, manager, post):
    hours = {"all_from": "21:00", "all_until": "8h", "auto_reply_from": "23:00", "auto_reply_until": "6:00"}
    post(manager, "/configuracoes/horarios/", **hours, holidays="25/12\n17/02/2027")
    kept = own(jana)
    assert kept.quiet_hours == {"*": ["21:00", "08:00"], "auto_reply": ["23:00", "06:00"]}
    assert kept.holidays == ["12-25", "2027-02-17"]
    assert "17/02/2027" in manager.get("/configuracoes/horarios/").content.decode()


@pytest.mark.parametrize(
    "values", [{"all_from": "21:00"}, {"all_from": "8:00", "all_until": "8:00"}, {"holidays": "30/02"}]
)
def test_half_a_span_and_a_day_that_is_none_are_refused(jana, manager, post, values):
    assert post(manager, "/configuracoes/horarios/", **values).status_code == 400
    assert own(jana).quiet_hours == {}


def test_broken_old_values_do_not_break_the_page(jana, manager, post):
    broken = {"quiet_hours": {"*": "always", "gone": ["1:00", "2:00"]}, "daily_limits": {"*": "many"}, "holidays": [7]}
    AutomationSettings.objects.filter(tenant=jana).update(**broken)
    for path in ("horarios", "limites"):
        assert manager.get(f"/configuracoes/{path}/").status_code == 200
    post(manager, "/configuracoes/horarios/", holidays="")
    assert own(jana).quiet_hours == {"gone": ["1:00", "2:00"]}


def test_limits_by_kind_and_customer(jana, manager, post):
    post(manager, "/configuracoes/limites/", all="500", customer="3", auto_reply="")
    assert own(jana).daily_limits == {"*": 500, "customer": 3}


def test_words_and_pauses_of_conversations(jana, manager, post):
    post(manager, "/configuracoes/conversas/", app_pause_minutes="30", optout_words="não quero mais, chega, chega")
    kept = own(jana)
    assert (kept.app_pause_minutes, kept.optout_words) == (30, ["não quero mais", "chega"])


def test_the_company_itself_is_its_owners(jana, owner, manager, post):
    values = {"name": "Studio Jana ✂️", "time_zone": "America/Manaus", "language": "pt-br"}
    assert post(manager, "/configuracoes/empresa/", **values).status_code == 403
    post(owner, "/configuracoes/empresa/", **values)
    jana.refresh_from_db()
    assert (jana.name, jana.time_zone) == ("Studio Jana ✂️", "America/Manaus")


def test_the_kill_switch_says_who_why_and_what_it_holds(jana, manager, post):
    make_job(jana)
    post(manager, "/configuracoes/parada/", reason="modelo errado")
    html = manager.get("/configuracoes/").content.decode()
    assert "modelo errado" in html
    assert "1 mensagem espera" in html
    assert flags.kill_switch(jana, timezone.now()).author is not None
    post(manager, "/configuracoes/parada/encerrar/")
    assert flags.kill_switch(jana, timezone.now()) is None
    assert "modelo errado" in manager.get("/configuracoes/").content.decode()


def test_the_kill_switch_may_end_by_itself(jana, manager, post):
    day = timezone.localdate(timezone=jana.zone) + timedelta(days=1)
    post(manager, "/configuracoes/parada/", reason="obra", day=f"{day:%d/%m/%Y}", hour="8h")
    until = flags.kill_switch(jana, timezone.now()).until.astimezone(jana.zone)
    assert (until.date(), until.hour) == (day, 8)


@pytest.mark.parametrize(
    "values", [{}, {"reason": "x", "day": "01/01/2020", "hour": "8h"}, {"reason": "x", "hour": "8h"}]
)
def test_a_stop_without_reason_or_in_the_past_is_refused(manager, post, values):
    post(manager, "/configuracoes/parada/", **values)
    assert not KillSwitch.objects.exists()


def test_the_platforms_stop_is_told_and_not_the_companys_to_end(jana, manager, post):
    flags.stop(None, "manutenção", make_person())
    assert "manutenção" in manager.get("/configuracoes/").content.decode()
    post(manager, "/configuracoes/parada/encerrar/")
    assert flags.kill_switch(jana, timezone.now()) is not None


@pytest.mark.parametrize("role", ["operator", "viewer"])
def test_who_runs_nothing_sets_nothing(jana, role, post):
    client = browser(jana, role)
    for path in ("", "horarios/", "limites/", "conversas/", "textos/", "chaves/", "parada/"):
        assert post(client, f"/configuracoes/{path}", reason="x").status_code in {403, 405}, path
