"""Embedded Signup and the manual way, against the simulated Meta: what connects, and what is written when."""

import itertools
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from tenants import rotation, vault
from tenants.models import AuditEntry, ConnectionStep, Credential, PhoneNumber, WhatsAppAccount
from tests.whatsapp import signups
from whatsapp import comparison, delivery, lifecycle
from whatsapp.models import Message, Signup
from whatsapp.onboarding import entry, progress, run
from whatsapp.onboarding.entry import Pasted
from whatsapp.providers import get_provider

pytestmark = pytest.mark.django_db
ANA = "+5511988887777"
COUNT = itertools.count(1)


def fresh_phone():
    return f"+55 11 94000-{next(COUNT):04d}"


def new(meta, tenant, way="new_number", **body):
    return signups.connect(meta, tenant, way, **({"name": f"Salão {fresh_phone()}", "phone": fresh_phone()} | body))


@pytest.mark.parametrize("way", ["coexistence", "new_number"])
@pytest.mark.parametrize("first", ["event", "code"])
def test_event_and_code_connect_in_either_order(meta, tenant, way, first):
    signup = signups.begin(tenant, way)
    told = signups.answer(meta, signup, name=fresh_phone(), phone=fresh_phone())
    signups.tell(signup, told, first=first)
    assert signup.state == "connected", signups.states(signup)
    assert signup.number.state == PhoneNumber.State.CONNECTED
    assert signup.number.coexistence is (way == "coexistence")


def test_the_windows_word_may_come_while_the_code_is_exchanged(meta, tenant):
    signup = signups.begin(tenant)
    told = signups.answer(meta, signup, name=fresh_phone(), phone=fresh_phone())
    lease = progress.lease_for(signup, "code", timezone.now())
    signups.give_event(signup, told)
    assert progress.finish(signup, lease, "code", progress.Outcome(), timezone.now())
    assert {signups.states(signup)[name] for name in ("code", "session")} == {"done"}


def test_a_new_number_is_registered_with_a_pin_that_the_vault_keeps(meta, tenant):
    signup = new(meta, tenant)
    pin = vault.read_secret(signup.number, Credential.Kind.PIN)
    assert len(pin) == 6
    assert pin.isdigit()
    assert signups.states(signup)["register"] == "done"


def test_a_number_of_the_phone_app_is_never_registered_and_asks_for_its_past(meta, tenant):
    signup = new(meta, tenant, "coexistence")
    assert signups.states(signup)["register"] == "skipped"
    assert vault.read_secret(signup.number, Credential.Kind.PIN) is None
    assert signup.number.sync_calls.count() == 2


def test_what_meta_told_is_kept_with_the_connection(meta, tenant):
    signup = new(meta, tenant, name="Salão da Bia", expires_in_days=60)
    account = WhatsAppAccount.objects.get(tenant=tenant)
    token = Credential.objects.get(account=account, kind="access_token", retired_at=None)
    assert (account.name, account.currency) == ("Salão da Bia", "BRL")
    assert account.business_portfolio_id
    assert "whatsapp_business_messaging" in token.scopes
    assert timedelta(days=59) < token.expires_at - timezone.now() < timedelta(days=61)
    assert signup.number.verified_name == "Salão da Bia"


def test_who_granted_the_access_is_known_with_the_connection(meta, tenant):
    signup = signups.begin(tenant)
    told = signups.answer(meta, signup, name=fresh_phone(), phone=fresh_phone())
    signups.give_event(signup, told)
    state = entry.state_of(signup)
    entry.take_code(signup, told["code"], state, signups.SYSTEM, timezone.now(), "10158000000000001")
    row = Credential.objects.get(account=signups.work(signup).number.account, kind="access_token")
    assert (row.granter, row.granted_by.isdigit()) == ("10158000000000001", True)
    assert row.granter not in str(signup.facts)


def test_the_connections_history_and_the_audit_tell_how(meta, tenant):
    signup = new(meta, tenant)
    steps = ConnectionStep.objects.filter(number=signup.number).order_by("pk")
    acts = set(AuditEntry.objects.filter(tenant=tenant).values_list("action", flat=True))
    assert [step.to_state for step in steps] == ["connecting", "connected"]
    assert {"onboarding.started", "onboarding.connected", "connection.bound"} <= acts


def test_nothing_of_the_connection_is_written_before_it_is_saved(meta, tenant):
    meta.fault("register", "error", code=133016)
    signup = new(meta, tenant)
    assert signup.state == "failed"
    assert not PhoneNumber.objects.for_tenant(tenant).exists()
    assert not WhatsAppAccount.objects.for_tenant(tenant).exists()
    assert not Credential.objects.for_tenant(tenant).exists()


def test_secrets_leave_the_signup_once_the_vault_has_them(meta, tenant):
    signup = new(meta, tenant)
    assert (signup.token, signup.pin) == (None, None)
    assert vault.read_secret(signup.number.account, Credential.Kind.ACCESS_TOKEN).startswith("SIM")


def test_no_secret_stands_in_the_open_in_a_signup(meta, tenant):
    meta.fault("register", "error", code=133016)
    signup = new(meta, tenant)
    token, pin = vault.decrypt(bytes(signup.token)), vault.decrypt(bytes(signup.pin))
    row = repr(Signup.objects.filter(pk=signup.pk).values().get()) + repr(list(signup.steps.values()))
    assert token not in row
    assert f"'{pin}'" not in row
    assert entry.state_of(signup) not in row


@pytest.mark.parametrize(
    ("on", "code", "step"),
    [
        ("debug_token", 131000, "token"),
        ("accounts", 131000, "proof"),
        ("subscribe", 131000, "subscribe"),
        ("register", 133016, "register"),
        ("numbers", 131000, "facts"),
    ],
)
def test_a_refused_step_is_tried_again_alone(meta, tenant, on, code, step):
    meta.fault(on, "error", code=code, times=1)
    signup = new(meta, tenant)
    assert signups.stopped(signup).name == step
    before = dict(signup.steps.exclude(name=step).filter(state="done").values_list("name", "attempts"))
    signups.retry(signup, step)
    after = dict(signup.steps.values_list("name", "attempts"))
    assert signup.state == "connected"
    assert after[step] == 2
    assert all(after[name] == attempts for name, attempts in before.items())


def test_metas_own_words_stay_with_the_step(meta, tenant):
    meta.fault("register", "error", code=133016, times=1)
    step = signups.stopped(new(meta, tenant))
    assert step.meta_code == 133016
    assert "register" in step.meta_message
    assert step.meta_trace


def test_a_refused_exchange_opens_the_window_again(meta, tenant):
    signup = signups.begin(tenant)
    first = signups.answer(meta, signup, name=fresh_phone(), phone=fresh_phone(), age=31)
    signups.tell(signup, first)
    assert signups.stopped(signup).problem == "code_expired"
    signups.retry(signup, "code")
    assert signup.state == "waiting"
    signups.tell(signup, signups.answer(meta, signup, waba_id=first["event"]["data"]["waba_id"]))
    assert signup.state == "connected", signups.states(signup)


def test_a_number_with_a_pin_asks_for_it(meta, tenant):
    signup = new(meta, tenant)
    number, waba = signup.number.phone_number_id, signup.number.account.waba_id
    pin = vault.read_secret(signup.number, Credential.Kind.PIN)
    again = signups.connect(meta, tenant, waba_id=waba, phone_number_id=number)
    assert signups.stopped(again).problem == "pin_needed"
    signups.retry(again, "register", pin=pin)
    assert again.state == "connected"


def test_without_the_windows_word_the_access_names_the_account(meta, tenant):
    signup = signups.begin(tenant)
    signups.give_code(signup, signups.answer(meta, signup, name=fresh_phone(), phone=fresh_phone()))
    assert signups.work(signup).state == "waiting"
    assert signups.work(signup, later=progress.PATIENCE).state == "connected"


def test_of_several_numbers_a_person_chooses(meta, tenant):
    phones = [{"display_phone_number": fresh_phone()} for _ in range(2)]
    account = meta.accounts(name=fresh_phone(), numbers=phones)
    signup = signups.begin(tenant)
    told = signups.answer(meta, signup, waba_id=account["waba_id"])
    del told["event"]["data"]["phone_number_id"]
    signups.tell(signup, told)
    choices = signups.stopped(signup).detail["choices"]
    signups.retry(signup, "proof", phone_number_id=choices[1][0])
    assert signup.number.phone_number_id == account["numbers"][1]["phone_number_id"]


def test_an_override_follows_the_plain_subscription(meta, tenant, settings):
    settings.WHATSAPP_META_WEBHOOK_OVERRIDE_URL = "http://127.0.0.1:9/nobody"
    signup = new(meta, tenant)
    assert signups.stopped(signup).name == "subscribe"
    settings.WHATSAPP_META_WEBHOOK_OVERRIDE_URL = ""
    assert signups.retry(signup, "subscribe").state == "connected"


@pytest.mark.django_db(transaction=True)
def test_an_override_that_answers_takes_the_accounts_messages(meta, tenant, settings, live_server):
    address = f"{live_server.url}/api/whatsapp/meta/webhook"
    settings.WHATSAPP_META_WEBHOOK_OVERRIDE_URL = address
    settings.WHATSAPP_META_WEBHOOK_VERIFY_TOKEN = "our own word"
    signup = new(meta, tenant)
    step = signup.steps.get(name="subscribe")
    assert (signup.state, step.outcome, step.detail) == ("connected", "overridden", {"address": address})
    told = get_provider("meta").fetch_subscription(delivery.access_for(signup.number))
    assert next(iter(told.callbacks.values())) == address


@pytest.mark.django_db(transaction=True)
def test_an_override_is_expected_and_outlives_reconnecting(meta, tenant, settings, live_server):
    address = f"{live_server.url}/api/whatsapp/meta/webhook"
    settings.WHATSAPP_META_WEBHOOK_OVERRIDE_URL = address
    number = new(meta, tenant).number
    lifecycle.disconnect(number, actor=None, now=timezone.now())
    lifecycle.reconnect(number, actor=None, now=timezone.now())
    found = {one.name: one for one in comparison.findings_of(comparison.check(number, timezone.now()))}
    assert (found["callback"].state, found["callback"].found) == ("ok", address)


def paste(account, **changed):
    values = {
        "waba_id": account["waba_id"],
        "phone_number_id": account["numbers"][0]["phone_number_id"],
        "access_token": account["token"],
    }
    return Pasted(**(values | changed))


def test_ids_and_token_connect_by_hand(meta, tenant):
    account = meta.accounts(name=fresh_phone(), numbers=[{"display_phone_number": fresh_phone()}])
    signup = signups.work(signups.begin(tenant, "manual", pasted=paste(account)))
    assert signup.state == "connected", signups.states(signup)
    assert signups.states(signup)["register"] == "skipped"


def test_a_worker_that_dies_within_a_step_loses_nothing(meta, tenant):
    signup = signups.begin(tenant)
    told = signups.answer(meta, signup, name=fresh_phone(), phone=fresh_phone())
    signups.give_event(signup, told)
    signups.give_code(signup, told)
    now = timezone.now()
    assert progress.claim(now)  # and this process is no more
    assert run.advance(now) == 0
    assert signups.work(signup, later=progress.LEASE + timedelta(seconds=1)).state == "connected"


def test_the_secrets_of_a_signup_on_its_way_move_to_a_new_key(meta, tenant, settings):
    meta.fault("register", "error", code=133016, times=1)
    signup = new(meta, tenant)
    assert signup.token
    assert signup.pin
    key = Fernet.generate_key().decode()
    settings.WHATSAPP_ENCRYPTION_KEYS = [key, *settings.WHATSAPP_ENCRYPTION_KEYS]
    rotation.rotate()
    settings.WHATSAPP_ENCRYPTION_KEYS = [key]
    assert signups.retry(signup, "register").state == "connected"


def test_a_late_record_of_a_lost_lease_changes_nothing(meta, tenant):
    signup = signups.begin(tenant)
    told = signups.answer(meta, signup, name=fresh_phone(), phone=fresh_phone())
    signups.give_event(signup, told)
    signups.give_code(signup, told)
    claimed = progress.claim(timezone.now())
    signups.work(signup, later=progress.LEASE + timedelta(seconds=1))
    assert progress.finish(claimed[0], claimed[2], claimed[1], progress.Outcome("late"), timezone.now()) is False
    assert not signup.steps.filter(outcome="late").exists()


def test_an_exchange_that_was_interrupted_asks_for_another_code(meta, tenant):
    signup = signups.begin(tenant)
    progress.lease_for(signup, "code", timezone.now())
    signups.work(signup, later=progress.LEASE + timedelta(seconds=1))
    assert signups.stopped(signup).problem == "code_lost"


def test_what_nobody_ends_expires_and_forgets_its_secrets(meta, tenant):
    meta.fault("register", "error", code=133016)
    signup = new(meta, tenant)
    run.sweep(timezone.now() + entry.LIFE + timedelta(minutes=1))
    signup.refresh_from_db()
    assert (signup.state, signup.token, signup.pin) == ("expired", None, None)


def test_the_test_message_reaches_the_phone(meta, tenant):
    signup = new(meta, tenant)
    signups.retry(signup, "test", to=ANA)
    sent = meta.wait_for_message(to=ANA.strip("+"))[-1]
    assert signups.states(signup)["test"] == "done"
    assert Message.objects.get(number=signup.number).provider_message_id == sent["wamid"]


def test_a_refused_test_leaves_the_number_connected(meta, tenant):
    signup = new(meta, tenant)
    meta.fault("messages", "error", code=131042, times=1)
    signups.retry(signup, "test", to=ANA)
    assert signups.stopped(signup).name == "test"
    assert signup.state == "connected"
    assert signups.states(signups.retry(signup, "test"))["test"] == "done"
