"""Doors for outside schedulers: reminders by cron, one round of the queue, and what the automation is set to.

They work without any Celery worker: the round runs in the request, within a time limit.
"""

import functools
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from notifications import dispatcher
from notifications.models import NotificationJob
from tenants import flags
from tenants.models import PhoneNumber
from tenants.rest import error_body

TIME_LIMIT = timedelta(seconds=25)  # below the usual 30 s of a load balancer
REMINDERS = frozenset({"appointment_reminder"})
COUNTS = ("due", "sent", "skipped", "failed", "held", "remaining")
View = Callable[[HttpRequest], HttpResponse]


def needs_bearer(setting: str) -> Callable[[View], View]:
    """Asks ``Authorization: Bearer <settings.setting>``: 401 for a wrong one, 503 while none is set."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            secret = getattr(settings, setting)
            if not secret:
                return JsonResponse(error_body("not_configured", _("No secret is set for this address.")), status=503)
            if not _is_bearer(request, secret):
                answer = JsonResponse(error_body("unauthorized", _("The secret is missing or wrong.")), status=401)
                answer["WWW-Authenticate"] = "Bearer"
                return answer
            return view(request)

        return guarded

    return decorate


def _is_bearer(request: HttpRequest, secret: str) -> bool:
    scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), secret.encode())


@never_cache
@require_GET
@needs_bearer("CRON_SECRET")
def send_reminders(_request: HttpRequest) -> HttpResponse:
    """Sends the reminders that are due, nothing else: ``{due, sent, skipped, failed, held, remaining}``."""
    return JsonResponse(_counts(run_round(timezone.now(), kinds=REMINDERS)))


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
@needs_bearer("WHATSAPP_AUTOMATION_PROCESSOR_SECRET")
def process(request: HttpRequest) -> HttpResponse:
    """``POST``: one round of whatever is due, counted. ``GET``: what the automation is set to, without secrets."""
    now = timezone.now()
    return JsonResponse(_counts(run_round(now)) if request.method == "POST" else diagnosis(now))


def run_round(now: datetime, kinds: frozenset[str] | None = None) -> dispatcher.Round:
    """One round within the time limit of a request."""
    return dispatcher.run(now, kinds=kinds, deadline=now + TIME_LIMIT)


def _counts(done: dispatcher.Round) -> dict[str, int]:
    return {name: getattr(done, name) for name in COUNTS}


def diagnosis(now: datetime) -> dict[str, Any]:
    """The platform's settings (a secret only as set or not), the queue and the connections, in numbers."""
    jobs = NotificationJob.objects.filter(state__in=NotificationJob.ACTIVE)
    due = jobs.filter(state=NotificationJob.State.PENDING, due_at__lte=now).aggregate(Count("pk"), Min("due_at"))
    numbers = PhoneNumber.objects.owned()
    return {
        "settings": _settings(),
        "kill_switches": flags.active_switches(now).count(),
        "jobs": dict(jobs.order_by().values_list("state").annotate(Count("pk"))),
        "due": due["pk__count"],
        "oldest_due_at": due["due_at__min"],
        "numbers": dict(numbers.order_by().values_list("state").annotate(Count("pk"))),
    }


def _settings() -> dict[str, Any]:
    return {
        "environment": settings.ENVIRONMENT,
        "mode": settings.WHATSAPP_AUTOMATION_MODE,
        "queue_enabled": settings.WHATSAPP_AUTOMATION_QUEUE_ENABLED,
        "provider": settings.WHATSAPP_AUTOMATION_PROVIDER,
        "batch_limit": settings.WHATSAPP_AUTOMATION_BATCH_LIMIT,
        "auto_dispatch_on_queue": settings.WHATSAPP_AUTOMATION_AUTO_DISPATCH_ON_QUEUE,
        "max_retries": settings.WHATSAPP_AUTOMATION_MAX_RETRIES,
        "retry_base_delay_seconds": settings.WHATSAPP_AUTOMATION_RETRY_BASE_DELAY_SECONDS,
        "uncertain_hold_seconds": settings.WHATSAPP_AUTOMATION_UNCERTAIN_HOLD_SECONDS,
        "allowed_tenants": len(settings.WHATSAPP_AUTOMATION_ALLOWED_TENANT_IDS) or None,
        "api_version": settings.WHATSAPP_META_API_VERSION,
        "app_id": settings.WHATSAPP_META_APP_ID,
        "has_app_secret": bool(settings.WHATSAPP_META_APP_SECRETS),
        "has_verify_token": bool(settings.WHATSAPP_META_WEBHOOK_VERIFY_TOKEN),
        "has_encryption_key": bool(settings.WHATSAPP_ENCRYPTION_KEYS),
        "has_test_recipient": bool(settings.WHATSAPP_META_TEST_RECIPIENT),
        "has_cron_secret": bool(settings.CRON_SECRET),
    }
