"""What customers did with each text: counted from their own messages, and what follows when too many opt out."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from notifications.models import NotificationJob, VariantDay
from notifications.variants import counting, stopping
from notifications.variants.counting import Counts
from templates_mgmt import changing, variants
from templates_mgmt.models import TemplateMapping
from tenants import consent
from tenants.models import Alert, Tenant
from tests.factories import NOW, make_ready_tenant
from tests.notifications.days import say
from tests.notifications.jobs import Graph, promise, run
from tests.notifications.variants import KIND, MAIN, RIVAL, add_rival, main_of, said

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def tenant(graph: Graph) -> Tenant:
    return make_ready_tenant()


@pytest.fixture
def rival(tenant: Tenant) -> TemplateMapping:
    return add_rival(tenant)


def told(tenant: Tenant, count: int) -> list[NotificationJob]:
    """Customers who got the variant now."""
    main = main_of(tenant)
    variants.stop(main, NOW)
    phones = [f"+5511955{n:06}" for n in range(count)]
    jobs = [promise(tenant, phone=phone) for phone in phones]
    run()
    TemplateMapping.objects.filter(pk=main.pk).update(stopped_at=None)
    return list(NotificationJob.objects.filter(pk__in=[job.pk for job in jobs]).select_related("message__conversation"))


def opt_out(jobs: list[NotificationJob], at: datetime = NOW + HOUR) -> None:
    for job in jobs:
        consent.record(job.contact, "opt_out", category="all", source="keyword", effective_at=at)


def counts(rival: TemplateMapping, now: datetime) -> Counts:
    stopping.watch(now)
    return counting.results([rival.template_id], now)[KIND, rival.template_id]


def test_an_answer_within_a_day_counts_and_an_opt_out_undoes_it(tenant: Tenant, rival: TemplateMapping) -> None:
    jobs = told(tenant, 4)
    for job in jobs[:3]:
        say(job.message.conversation, NOW + HOUR)
    opt_out(jobs[:1])
    say(jobs[3].message.conversation, NOW + DAY + HOUR)  # too late
    assert counts(rival, NOW + 2 * DAY) == Counts(sent=4, settled=4, answered=2, refused=1)


def test_before_the_day_is_over_nothing_is_settled_but_opt_outs(tenant: Tenant, rival: TemplateMapping) -> None:
    jobs = told(tenant, 2)
    say(jobs[1].message.conversation, NOW + HOUR)
    opt_out(jobs[:1])
    assert counts(rival, NOW + 2 * HOUR) == Counts(sent=2, settled=0, answered=0, refused=1)


def test_what_was_not_sent_and_what_another_kind_said_counts_nothing(
    tenant: Tenant, rival: TemplateMapping, graph: Graph
) -> None:
    graph.refuse(131026)
    told(tenant, 1)
    NotificationJob.objects.update(kind="appointment_reminder")
    graph.reaction = graph.accept
    jobs = told(tenant, 1)
    NotificationJob.objects.filter(pk=jobs[0].pk).update(kind="appointment_reminder")
    assert counts(rival, NOW + 2 * DAY) == Counts()


def test_counting_again_changes_nothing(tenant: Tenant, rival: TemplateMapping) -> None:
    told(tenant, 3)
    assert counts(rival, NOW + 2 * DAY) == counts(rival, NOW + 2 * DAY) == Counts(sent=3, settled=3)


def test_days_of_before_are_counted_once(tenant: Tenant, rival: TemplateMapping) -> None:
    assert counting.tend(variants.groups(), NOW) == 2 * counting.WINDOW
    assert counting.tend(variants.groups(), NOW) == 2 * counting.LAST
    counting.tend(variants.groups(), NOW + 40 * DAY)
    assert not VariantDay.objects.filter(day__lte=NOW.date()).exists()


def test_companies_without_variants_are_not_counted(tenant: Tenant) -> None:
    said(tenant, 1)
    assert (stopping.watch(NOW), VariantDay.objects.count()) == (0, 0)


def test_too_many_opt_outs_stop_it_and_tell_a_person(tenant: Tenant, rival: TemplateMapping) -> None:
    opt_out(told(tenant, 40)[:3])
    assert stopping.watch(NOW + 2 * HOUR) == 1
    rival.refresh_from_db()
    assert (rival.stopped_at, rival.stopped_for) == (NOW + 2 * HOUR, {"opt_outs": 3, "sent": 40})
    alert = Alert.objects.get(kind="variant_stopped", tenant=tenant)
    assert alert.detail == {"template": RIVAL, "opt_outs": 3, "sent": 40}
    assert said(tenant, 4) == [MAIN] * 4


@pytest.mark.parametrize(("of", "refused"), [(40, 2), (100, 4)])
def test_few_of_many_are_no_reason(
    tenant: Tenant, rival: TemplateMapping, of: int, refused: int, settings: Any
) -> None:
    assert not stopping.is_too_much(Counts(sent=of, refused=refused))
    settings.WHATSAPP_AUTOMATION_VARIANT_STOP_OPT_OUTS = 2
    settings.WHATSAPP_AUTOMATION_VARIANT_STOP_PERCENT = 4
    assert stopping.is_too_much(Counts(sent=of, refused=refused))


def test_whoever_brings_it_back_knows_of_todays_opt_outs(tenant: Tenant, rival: TemplateMapping) -> None:
    opt_out(told(tenant, 10)[:3])
    stopping.watch(NOW + 2 * HOUR)
    rival.refresh_from_db()
    stopping.bring_back(rival, NOW + 3 * HOUR)
    assert stopping.watch(NOW + 4 * HOUR) == 0
    assert not Alert.objects.filter(kind="variant_stopped").exclude(state="solved").exists()


def test_the_alert_ends_when_the_variant_is_taken_away(tenant: Tenant, rival: TemplateMapping) -> None:
    opt_out(told(tenant, 10)[:3])
    stopping.watch(NOW + 2 * HOUR)
    changing.remove(rival, NOW)
    stopping.watch(NOW + 3 * HOUR)
    assert Alert.objects.get(kind="variant_stopped").state == "solved"


def test_the_main_one_is_stopped_too_while_another_speaks(tenant: Tenant, rival: TemplateMapping) -> None:
    main = main_of(tenant)
    variants.stop(rival, NOW, opt_outs=0, sent=0)
    opt_out([promise_sent(tenant, n) for n in range(3)])
    TemplateMapping.objects.filter(pk=rival.pk).update(stopped_at=None)
    stopping.watch(NOW + 2 * HOUR)
    main.refresh_from_db()
    assert main.stopped_at
    assert said(tenant, 2) == [RIVAL, RIVAL]


def promise_sent(tenant: Tenant, n: int) -> NotificationJob:
    job = promise(tenant, phone=f"+5511944{n:06}")
    run()
    return NotificationJob.objects.select_related("contact").get(pk=job.pk)


def test_turned_off_nothing_is_stopped(tenant: Tenant, rival: TemplateMapping) -> None:
    opt_out(told(tenant, 10)[:3])
    variants.switch(main_of(tenant), False)
    assert stopping.watch(NOW + 2 * HOUR) == 0
