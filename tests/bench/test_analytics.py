"""Analytics of a busy company among others: the page, and what keeping its counts costs.

``BENCH_ANALYTICS`` sets how many messages there are (500 000), a fifth of them one company's, over 90 days.
"""

import os
import statistics
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from notifications.analytics import days
from notifications.models import DailyAnswers, DailyCount
from tests.dashboard.people import browser
from tests.factories import make_contact, make_ready_tenant
from tests.notifications.jobs import first_number
from whatsapp import conversations

pytestmark = pytest.mark.django_db(transaction=True)
MESSAGES = int(os.environ.get("BENCH_ANALYTICS", "500000"))
COMPANIES, PEOPLE = 10, 200
GOAL_MS = 100
SEED_SQL = """
INSERT INTO whatsapp_message (tenant_id, number_id, contact_id, conversation_id, direction, origin, address, type, text,
  content, provider_message_id, context_message_id, template_name, template_language, template_category, status,
  error_code, error_title, occurred_at, clock_doubtful, created_at)
SELECT %(tenant)s, %(number)s, c.contact_id, c.id, CASE WHEN n %% 5 < 2 THEN 'inbound' ELSE 'outbound' END,
       (ARRAY['customer', 'customer', 'operator', 'automation', 'automation'])[n %% 5 + 1], '', 'text', '', '{}',
       %(mark)s || n, '', CASE WHEN n %% 5 > 2 THEN 'modelo_' || n %% 12 ELSE '' END, '', '',
       CASE WHEN n %% 5 < 2 THEN '' ELSE (ARRAY['sent', 'delivered', 'read', 'read', 'failed'])[n / 5 %% 5 + 1] END,
       CASE WHEN n %% 5 > 1 AND n / 5 %% 5 = 4 THEN 131026 + n %% 3 END, '',
       %(now)s - (n * interval '90 days' / %(count)s), false, now()
  FROM generate_series(1, %(count)s) AS n
  JOIN unnest(%(threads)s::bigint[]) WITH ORDINALITY AS t(id, place) ON t.place = n / 5 %% %(people)s + 1
  JOIN whatsapp_conversation c ON c.id = t.id
"""


@pytest.fixture
def tenants():
    """The first has a fifth of all messages, the others share the rest."""
    found, now = [make_ready_tenant() for _ in range(COMPANIES)], timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for place, tenant in enumerate(found):
            number, count = first_number(tenant), MESSAGES // 5 if place == 0 else MESSAGES * 4 // 5 // (COMPANIES - 1)
            people = [make_contact(tenant, f"+55119880{n:05}", f"P{n}") for n in range(PEOPLE)]
            with transaction.atomic():
                opened = conversations.open_many((number, person) for person in people)
            threads = [row.pk for row in opened.values()]
            facts = {"tenant": tenant.pk, "number": number.pk, "now": now, "count": count, "mark": f"w{place}."}
            cursor.execute(SEED_SQL, facts | {"threads": threads, "people": PEOPLE})
        cursor.execute("VACUUM ANALYZE whatsapp_message")
        for tenant in found:
            cursor.execute(
                "INSERT INTO notifications_daytocount (tenant_id, day) "
                "SELECT %s, d::date FROM generate_series(%s - interval '91 days', %s, interval '1 day') AS d",
                [tenant.pk, now, now],
            )
        started = time.perf_counter()
        days.tend(now)
        print(f"\n{MESSAGES} messages of {COMPANIES} companies counted anew in {time.perf_counter() - started:.1f} s")
        cursor.execute("VACUUM ANALYZE notifications_dailycount")
        cursor.execute("VACUUM ANALYZE notifications_dailyanswers")
        cursor.execute("RESET statement_timeout")
    return found


def took(work) -> float:
    """The median of seven, in ms."""
    times = []
    for _ in range(7):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def test_the_page_is_shown_in_time_whatever_was_said(tenants):
    full, empty = browser(tenants[0], "viewer"), browser(make_ready_tenant(), "viewer")
    rows = DailyCount.objects.for_tenant(tenants[0]).count()
    waits = sum(len(row.seconds) for row in DailyAnswers.objects.for_tenant(tenants[0]))
    print(f"the busiest company: {rows} rows of counts, {waits} waits")
    slowest = 0.0
    for period in ("today", "week", "month", "quarter"):
        asked = {"period": period}
        page, bare = (took(lambda who=who, asked=asked: who.get("/analises/", asked)) for who in (full, empty))
        slowest = max(slowest, page)
        print(f"  {period:10} {page:6.1f} ms, empty company {bare:6.1f} ms")
    recent = took(lambda: days.tend(timezone.now() + timedelta(seconds=1)))
    print(f"  a round of today and yesterday of every company: {recent:.0f} ms")
    assert slowest < GOAL_MS
