"""Signups for tests: begun as their callers begin them, answered as Meta's window answers."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tenants.models import Tenant
from tests.simulator_client import SimulatorProcess
from whatsapp.models import Signup, SignupStep
from whatsapp.onboarding import entry, run
from whatsapp.onboarding.entry import Caller, Pasted

PHONE_APP = "whatsapp_business_app_onboarding"
WAYS = {"coexistence": PHONE_APP, "new_number": ""}
SYSTEM = Caller("api")


def begin(tenant: Tenant, way: str = "new_number", caller: Caller = SYSTEM, pasted: Pasted | None = None) -> Signup:
    return entry.begin(tenant, way, caller, timezone.now(), pasted)


def answer(meta: SimulatorProcess, signup: Signup, **body: Any) -> dict[str, Any]:
    """What Meta's window tells once its button was pressed; nothing of it has reached the signup yet."""
    return meta.signup(feature=WAYS[signup.way], **body)


def tell(signup: Signup, told: dict[str, Any], caller: Caller = SYSTEM, *, first: str = "event") -> Signup:
    """Hands over event and code, in one order or the other, and runs what is due."""
    handing = [lambda: give_event(signup, told, caller), lambda: give_code(signup, told, caller)]
    for hand in handing if first == "event" else reversed(handing):
        hand()
    return work(signup)


def give_event(signup: Signup, told: dict[str, Any], caller: Caller = SYSTEM) -> None:
    entry.take_session(signup, told["event"], caller, timezone.now())


def give_code(signup: Signup, told: dict[str, Any], caller: Caller = SYSTEM) -> None:
    signup.refresh_from_db()
    entry.take_code(signup, told["code"], entry.state_of(signup), caller, timezone.now())


def retry(signup: Signup, name: str, **values: str) -> Signup:
    entry.retry(signup, name, values, SYSTEM, timezone.now())
    return work(signup)


def work(signup: Signup, later: timedelta = timedelta()) -> Signup:
    """All that is due now, or ``later``."""
    while run.advance(timezone.now() + later):
        pass
    signup.refresh_from_db()
    return signup


def connect(meta: SimulatorProcess, tenant: Tenant, way: str = "new_number", **body: Any) -> Signup:
    signup = begin(tenant, way)
    return tell(signup, answer(meta, signup, **body))


def states(signup: Signup) -> dict[str, str]:
    return dict(signup.steps.values_list("name", "state"))


def stopped(signup: Signup) -> SignupStep:
    """The step that stopped it."""
    return signup.steps.get(state="failed")


def long_ago() -> datetime:
    return timezone.now() - timedelta(days=30)
