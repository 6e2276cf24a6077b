"""Automation settings in force: the tenant's own where set, else the platform's from the environment; kill switches."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from tenants import audit
from tenants.models import AutomationSettings, KillSwitch, Tenant

DEFAULT_REMINDER = timedelta(hours=24)
DEFAULT_APP_PAUSE = timedelta(hours=1)
DEFAULT_TICKET_TIME = timedelta(hours=24)  # of silence until a ticket is solved, and to reopen it after that


@dataclass(frozen=True)
class Automation:
    """What binds a tenant's sends. ``quiet_hours`` and ``daily_limits`` are by kind, as the tenant's settings say.

    ``holidays`` are dates (``2026-02-17``) and days of every year (``12-25``) in the tenant's zone; ``hand_over`` lets
    another number of the pool send what waits for one in trouble. ``app_pause`` is how long the robot keeps still in a
    conversation after somebody wrote there in the phone app.
    """

    mode: str
    queue_enabled: bool
    allowed: bool
    test_recipient: str
    batch_limit: int
    max_retries: int
    retry_base_delay: timedelta
    uncertain_hold: timedelta
    auto_dispatch: bool
    quiet_hours: dict[str, Any]
    daily_limits: dict[str, Any]
    holidays: frozenset[str]
    hand_over: bool
    reminder_offsets: tuple[timedelta, ...]
    hello_world_fallback: bool
    ticket_silence: timedelta
    ticket_reopen: timedelta
    app_pause: timedelta
    lead_keywords: tuple[str, ...]
    optout_words: tuple[str, ...]


def resolve(tenant: Tenant) -> Automation:
    """The settings in force; reads ``tenant.automation`` (prefetch it for many)."""
    return _in_force(tenant, getattr(tenant, "automation", None) or AutomationSettings())


def of_platform(tenant: Tenant) -> Automation:
    """What would bind ``tenant`` if it had set nothing."""
    return _in_force(tenant, AutomationSettings())


def platform_mode() -> str:
    """The mode of whoever chose none. In production it enables nobody: a company is enabled by itself, once ready."""
    mode = settings.WHATSAPP_AUTOMATION_MODE
    if settings.IN_PRODUCTION and mode == AutomationSettings.Mode.ENABLED:
        return AutomationSettings.Mode.DISABLED
    return mode


def _in_force(tenant: Tenant, own: AutomationSettings) -> Automation:
    allowed_ids = settings.WHATSAPP_AUTOMATION_ALLOWED_TENANT_IDS
    return Automation(
        mode=own.mode or platform_mode(),
        queue_enabled=_own_or(own.queue_enabled, settings.WHATSAPP_AUTOMATION_QUEUE_ENABLED),
        allowed=not allowed_ids or str(tenant.pk) in allowed_ids,
        test_recipient=own.test_recipient or settings.WHATSAPP_META_TEST_RECIPIENT,
        batch_limit=_own_or(own.batch_limit, settings.WHATSAPP_AUTOMATION_BATCH_LIMIT),
        max_retries=_own_or(own.max_retries, settings.WHATSAPP_AUTOMATION_MAX_RETRIES),
        retry_base_delay=timedelta(
            seconds=_own_or(own.retry_base_delay_seconds, settings.WHATSAPP_AUTOMATION_RETRY_BASE_DELAY_SECONDS)
        ),
        uncertain_hold=timedelta(seconds=settings.WHATSAPP_AUTOMATION_UNCERTAIN_HOLD_SECONDS),
        auto_dispatch=_own_or(own.auto_dispatch_on_queue, settings.WHATSAPP_AUTOMATION_AUTO_DISPATCH_ON_QUEUE),
        quiet_hours=own.quiet_hours,
        daily_limits=own.daily_limits,
        holidays=frozenset(day for day in own.holidays if isinstance(day, str)),
        hand_over=own.hand_over,
        reminder_offsets=_reminders(own),
        hello_world_fallback=not settings.IN_PRODUCTION
        and _own_or(own.hello_world_fallback, settings.WHATSAPP_AUTOMATION_HELLO_WORLD_FALLBACK),
        ticket_silence=_minutes(own.ticket_silence_minutes, DEFAULT_TICKET_TIME),
        ticket_reopen=_minutes(own.ticket_reopen_minutes, DEFAULT_TICKET_TIME),
        app_pause=_minutes(own.app_pause_minutes, DEFAULT_APP_PAUSE),
        lead_keywords=_words(own.lead_keywords),
        optout_words=_words(own.optout_words),
    )


def _words(value: Any) -> tuple[str, ...]:
    return tuple(word for word in value if isinstance(word, str) and word.strip())


def _own_or(own: Any, platform: Any) -> Any:
    return platform if own is None else own


def _minutes(own: int | None, default: timedelta) -> timedelta:
    return default if own is None else timedelta(minutes=own)


def _reminders(own: AutomationSettings) -> tuple[timedelta, ...]:
    minutes = own.reminder_offsets_minutes
    return (
        tuple(timedelta(minutes=value) for value in sorted(minutes, reverse=True)) if minutes else (DEFAULT_REMINDER,)
    )


def active_switches(now: datetime) -> QuerySet[KillSwitch]:
    """The kill switches that are on, of every tenant and of the platform."""
    return KillSwitch.objects.filter(Q(until=None) | Q(until__gt=now), ended_at=None)


def kill_switch(tenant: Tenant, now: datetime) -> KillSwitch | None:
    """The switch that stops ``tenant`` now."""
    return kill_switches([tenant.pk], now).get(tenant.pk)


def kill_switches(tenant_ids: Iterable[UUID], now: datetime) -> dict[UUID, KillSwitch]:
    """The switch that stops each of these tenants now: the platform's first, then the tenant's own, the newest."""
    rows = list(active_switches(now).select_related("author").order_by("started_at", "pk"))
    by_tenant = {row.tenant_id: row for row in rows}
    everybody = by_tenant.get(None)
    return {pk: switch for pk in tenant_ids if (switch := everybody or by_tenant.get(pk))}


def stop(tenant: Tenant | None, reason: str, actor: Any, until: datetime | None = None) -> KillSwitch:
    """Turns the switch on: nothing of ``tenant`` (None: of anybody) is sent; jobs wait."""
    with transaction.atomic():
        switch = KillSwitch.objects.create(tenant=tenant, reason=reason, author=actor, until=until)
        audit.record("kill_switch.on", tenant=tenant, actor=actor, obj=switch, reason=reason)
    return switch


def resume(tenant: Tenant | None, actor: Any, now: datetime) -> int:
    """Turns every switch of ``tenant`` (None: the platform's) off; answers how many were on."""
    with transaction.atomic():
        ended = active_switches(now).filter(tenant=tenant).update(ended_at=now)
        if ended:
            audit.record("kill_switch.off", tenant=tenant, actor=actor)
    return ended
