"""Gives a WhatsApp number to a company by hand: ids and token as its owner handed them over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tenants import audit, connections, vault
from tenants.models import Credential, PhoneNumber, Provider, Tenant, WhatsAppAccount

State = PhoneNumber.State
SIMULATORS = "SIM"  # how the simulator's tokens begin
WAY_TO_CONNECTED: dict[str, tuple[str, ...]] = {
    State.DRAFT: (State.CONNECTING, State.CONNECTED),
    State.CONNECTING: (State.CONNECTED,),
    State.CONNECTED: (),
    State.DEGRADED: (State.CONNECTED,),
    State.PAUSED: (),  # a person paused it, and a person resumes it
    State.DISCONNECTED: (State.CONNECTING, State.CONNECTED),
    State.REVOKED: (State.CONNECTING, State.CONNECTED),
}


class BindingRefused(Exception):
    """The number cannot be given to this company; the text is a translated sentence."""


@dataclass(frozen=True)
class Binding:
    """What connects a number. Empty tokens keep those that are stored; ``token_facts`` are the vault's of the token."""

    provider: str
    waba_id: str
    phone_number_id: str
    display_phone_number: str
    access_token: str = ""
    verify_token: str = ""
    token_facts: Mapping[str, Any] = field(default_factory=dict)


def bind(tenant: Tenant, binding: Binding, *, actor: Any = None, now: datetime, reason: str = "") -> PhoneNumber:
    """Claims account and number for ``tenant``, stores the secrets, connects. Again: brings all up to date.

    Raises BindingRefused: another company's id, a missing token, or what production refuses.
    """
    _check_environment(binding)
    try:
        with transaction.atomic():
            account = _claim_account(tenant, binding)
            number = _claim_number(tenant, account, binding)
            _store_secrets(account, binding, actor)
            for state in WAY_TO_CONNECTED[number.state]:
                connections.move(number, state, reason=reason or _("Bound by hand."), actor=actor, now=now)
            audit.record("connection.bound", tenant=tenant, actor=actor, obj=number, provider=binding.provider)
    except IntegrityError:
        raise BindingRefused(_("This WABA or this number belongs to another company.")) from None
    return number


def _check_environment(binding: Binding) -> None:
    of_simulator = binding.provider == Provider.STUB or binding.access_token.startswith(SIMULATORS)
    if settings.IN_PRODUCTION and of_simulator:
        raise BindingRefused(_("Production takes neither the stub provider nor a simulator's token."))


def _claim_account(tenant: Tenant, binding: Binding) -> WhatsAppAccount:
    own = WhatsAppAccount.objects.owned().filter(tenant=tenant)
    return own.get_or_create(waba_id=binding.waba_id, defaults={"tenant": tenant, "name": tenant.name})[0]


def _claim_number(tenant: Tenant, account: WhatsAppAccount, binding: Binding) -> PhoneNumber:
    facts = {
        "account": account,
        "provider": binding.provider,
        "display_phone_number": binding.display_phone_number,
    }
    own = PhoneNumber.objects.owned().filter(tenant=tenant)
    return own.update_or_create(
        phone_number_id=binding.phone_number_id, defaults=facts, create_defaults=facts | {"tenant": tenant}
    )[0]


def _store_secrets(account: WhatsAppAccount, binding: Binding, actor: Any) -> None:
    kind = Credential.Kind.ACCESS_TOKEN
    if binding.access_token:
        vault.set_secret(account, kind, binding.access_token, actor=actor, **binding.token_facts)
    elif binding.provider != Provider.STUB and not vault.live(account, kind).exists():
        raise BindingRefused(_("There is no access token yet: give one."))
    if binding.verify_token:
        vault.set_secret(account, Credential.Kind.VERIFY_TOKEN, binding.verify_token, actor=actor)
