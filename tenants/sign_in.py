"""How people come in, as django-allauth asks its project: what is told when it is refused, what the trail says.

A person's acts on its own access belong to the trail of every company that it is a member of.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants import audit, vault
from tenants.models import Tenant

WRONG = _("This e-mail or user name and this password do not belong together. Check both and try again.")
APP, FAILED = "allauth.account", "login_failed"


class AccountAdapter(DefaultAccountAdapter):
    """Password, sign-in and messages about them."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "incorrect_password": _("This is not your password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation (tenants.people)."""
        return False

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Allauth's own, but the one for too many failures says when it ends."""
        if code != "too_many_login_attempts":
            return super().validation_error(code, *args)
        return ValidationError(told_locked_out(context.request, timezone.now()), code=code)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        request.sign_in_key = self._get_login_attempts_cache_key(request, **credentials)  # type: ignore[attr-defined]
        super().pre_authenticate(request, **credentials)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A line of the platform alone: nothing here depends on whether such a person exists."""
        was_last = locked_until(request, timezone.now()) is not None
        action = "person.locked_out" if was_last else "person.sign_in_failed"
        audit.record(action, tenant=None, address=self.get_client_ip(request))

    def post_login(self, request: HttpRequest, user: Any, **facts: Any) -> HttpResponse:
        record_for(user, "person.signed_in", address=self.get_client_ip(request), by=methods(request))
        return super().post_login(request, user, **facts)

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        """Each change of how a person comes in passes here: password, authenticator app, passkeys, codes."""
        record_for(user, f"person.{template_prefix.rpartition('/')[2]}")
        super().send_notification_mail(template_prefix, user, *args, **kwargs)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Under our own address, whatever host the request named."""
        return f"{settings.PUBLIC_URL}{urlsplit(super().get_reset_password_from_key_url(key)).path}"


class SecondFactorAdapter(DefaultMFAAdapter):
    """Authenticator apps and recovery codes; what they are made of is kept encrypted."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right, or it is used up or too old."),
    }

    def encrypt(self, text: str) -> str:
        return vault.encrypt(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return vault.decrypt(encrypted_text.encode())


class SessionsAdapter(DefaultUserSessionsAdapter):
    def end_sessions(self, sessions: Iterable[Any]) -> None:
        ended = list(sessions)
        super().end_sessions(ended)
        if ended:
            record_for(ended[0].user, "person.sessions_ended", sessions=len(ended))


def has_second_factor(user: Any) -> bool:
    """Recovery codes alone are none: they only stand in for one."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user_id=user.pk, type__in=kinds).exists()


def methods(request: HttpRequest) -> list[str]:
    """How this session was opened: password, totp, webauthn, recovery_codes."""
    records = request.session.get("account_authentication_methods", [])
    return [record.get("type") or record["method"] for record in records]


def record_for(user: Any, action: str, **detail: Any) -> None:
    """A line for every company of the person; for somebody of none, a line of the platform."""
    tenants: list[Tenant | None] = [*Tenant.objects.filter(memberships__user=user)]
    for tenant in tenants or [None]:
        audit.record(action, tenant=tenant, actor=user, obj=user, **detail)


def told_locked_out(request: HttpRequest, now: datetime) -> str:
    """Too many failures, and until when, rounded up to the minute of the person's clock."""
    end = timezone.localtime(locked_until(request, now) or now) + timedelta(seconds=59)
    sentence = gettext("Too many wrong attempts. For safety, sign-in is locked until %(time)s. Then try again.")
    return sentence % {"time": f"{end:%H:%M}"}


def locked_until(request: HttpRequest, now: datetime) -> datetime | None:
    """When the last of the exceeded limits lets the next attempt through; None: none is exceeded."""
    key = getattr(request, "sign_in_key", None) or second_factor_key(request)
    ends = [end for rate in ratelimit.get_rates(app=APP, action=FAILED) if (end := _end(request, rate, key))]
    later = [end for end in ends if end > now]
    return max(later, default=None)


def second_factor_key(request: HttpRequest) -> str:
    """What wrong codes are counted by: the person who has already said its password."""
    stage = getattr(request, "_login_stage", None)
    user = stage.login.user if stage else request.user
    return f"mfa-auth-user-{user.pk}"


def _end(request: HttpRequest, rate: ratelimit.Rate, key: str) -> datetime | None:
    history = cache.get(ratelimit.get_cache_key(request, app=APP, action=FAILED, rate=rate, key=key), [])
    if len(history) < rate.amount:
        return None
    return datetime.fromtimestamp(history[rate.amount - 1] + rate.duration, timezone.get_current_timezone())
