"""Bad input of a signup, and what it gets: a sentence, a line in the audit, and nothing half-connected."""

import itertools
from datetime import timedelta

import pytest
import responses
from django.utils import timezone, translation

from tenants.models import AuditEntry, PhoneNumber, WhatsAppAccount
from tests.factories import make_account, make_number, make_person, make_tenant
from tests.whatsapp import signups
from whatsapp.models import Signup
from whatsapp.onboarding import entry, problems, steps
from whatsapp.onboarding.entry import Caller, Pasted
from whatsapp.onboarding.problems import NotAllowed

pytestmark = pytest.mark.django_db
COUNT = itertools.count(1)


def fresh_phone():
    return f"+55 11 95000-{next(COUNT):04d}"


def fresh(meta, signup, **body):
    return signups.answer(meta, signup, **({"name": f"Salão {next(COUNT)}", "phone": fresh_phone()} | body))


def nothing_connected(tenant):
    rows = (PhoneNumber.objects.for_tenant(tenant), WhatsAppAccount.objects.for_tenant(tenant))
    return not any(row.exists() for row in rows)


def audited(tenant, action, problem):
    return AuditEntry.objects.filter(tenant=tenant, action=action, detail__problem=problem).exists()


def refused(signup, code="AQ1", state="", caller=signups.SYSTEM, now=None):
    with pytest.raises(NotAllowed) as caught:
        entry.take_code(signup, code, state, caller, now or timezone.now())
    return caught.value.problem


def test_a_code_without_a_state_is_refused(tenant):
    assert refused(signups.begin(tenant)) == "state_missing"
    assert audited(tenant, "onboarding.refused", "state_missing")


@pytest.mark.parametrize("forged", ["x" * 64, "ã"])
def test_a_forged_state_is_refused(tenant, forged):
    assert refused(signups.begin(tenant), state=forged) == "state_forged"
    assert audited(tenant, "onboarding.refused", "state_forged")


def test_a_state_of_another_company_is_refused(tenant):
    other = signups.begin(make_tenant())
    assert refused(signups.begin(tenant), state=entry.state_of(other)) == "state_forged"


def test_a_state_is_good_once(meta, tenant):
    signup = signups.begin(tenant)
    state = entry.state_of(signup)
    signups.give_code(signup, fresh(meta, signup))
    signup.refresh_from_db()
    assert refused(signup, state=state) == "state_used"


def test_a_state_expires(tenant):
    signup = signups.begin(tenant)
    late = timezone.now() + entry.WINDOW_LIFE + timedelta(seconds=1)
    assert refused(signup, state=entry.state_of(signup), now=late) == "state_expired"


def test_another_browser_cannot_answer(tenant):
    signup = signups.begin(tenant, caller=Caller("console", browser="mine"))
    state = entry.state_of(signup)
    assert refused(signup, state=state, caller=Caller("console", browser="another")) == "other_browser"
    assert refused(signup, state=state, caller=Caller("api")) == "other_browser"


def test_another_person_cannot_answer(tenant):
    ana, bia = make_person(tenant, "owner"), make_person(tenant, "owner")
    signup = signups.begin(tenant, caller=Caller("console", ana, "same"))
    assert refused(signup, state=entry.state_of(signup), caller=Caller("console", bia, "same")) == "other_person"


@pytest.mark.parametrize(
    ("body", "subcode", "problem"), [({"age": 31}, 36007, "code_expired"), ({}, 36009, "code_used")]
)
def test_a_code_that_is_expired_or_used(meta, tenant, body, subcode, problem):
    signup, spoiled = signups.begin(tenant), signups.begin(tenant)
    told = fresh(meta, signup, **body)
    signups.give_code(spoiled, told)
    signups.give_code(signup, told)
    assert signups.stopped(signup).problem == problem
    assert nothing_connected(tenant)


def test_a_code_that_meta_never_gave(meta, tenant):
    signup = signups.begin(tenant)
    signups.give_code(signup, {"code": "AQ-guess"})
    assert signups.stopped(signup).problem == "code_refused"
    assert audited(tenant, "onboarding.stopped", "code_refused")


def test_ids_of_an_account_that_the_access_cannot_read(meta, tenant):
    victim = meta.accounts(name="Vítima", numbers=[{"display_phone_number": fresh_phone()}])
    signup = signups.begin(tenant)
    told = fresh(meta, signup)
    ids = {"waba_id": victim["waba_id"], "phone_number_id": victim["numbers"][0]["phone_number_id"]}
    told["event"]["data"] |= ids
    signups.tell(signup, told)
    assert signups.stopped(signup).problem == "account_unreadable"
    assert nothing_connected(tenant)


def test_a_number_of_another_account(meta, tenant):
    other = meta.accounts(name="Outra", numbers=[{"display_phone_number": fresh_phone()}])
    signup = signups.begin(tenant)
    told = fresh(meta, signup)
    told["event"]["data"]["phone_number_id"] = other["numbers"][0]["phone_number_id"]
    signups.tell(signup, told)
    assert signups.stopped(signup).problem == "number_elsewhere"
    assert nothing_connected(tenant)


@pytest.mark.parametrize("what", ["number", "account"])
def test_what_is_connected_to_another_company_stays_there(meta, tenant, what):
    signup, other = signups.begin(tenant), make_tenant()
    told = fresh(meta, signup)
    ids = told["event"]["data"]
    if what == "number":
        make_number(other, phone_number_id=ids["phone_number_id"])
    else:
        make_account(other, waba_id=ids["waba_id"])
    signups.tell(signup, told)
    assert signups.stopped(signup).problem == "taken"
    assert nothing_connected(tenant)
    assert audited(tenant, "onboarding.stopped", "taken")


def test_a_number_taken_while_the_steps_run(meta, tenant):
    meta.fault("numbers", "error", code=131000, times=1)
    signup = signups.begin(tenant)
    signups.tell(signup, fresh(meta, signup))
    make_number(make_tenant(), phone_number_id=signup.phone_number_id)
    signups.retry(signup, "facts")
    assert signups.stopped(signup).problem == "taken"
    assert nothing_connected(tenant)


@pytest.mark.parametrize("scope", ["whatsapp_business_management", "whatsapp_business_messaging"])
def test_a_missing_permission_is_named(meta, tenant, scope):
    signup = signups.begin(tenant)
    granted = {"whatsapp_business_management", "whatsapp_business_messaging"} - {scope}
    signups.tell(signup, fresh(meta, signup, scopes=sorted(granted)))
    step = signups.stopped(signup)
    assert step.problem == "scope_missing"
    assert scope in problems.sentence(step)
    assert nothing_connected(tenant)


@responses.activate
def test_an_access_of_another_app_is_not_taken(tenant):
    data = {"app_id": "999", "is_valid": True, "expires_at": 0, "scopes": list(steps.SCOPES)}
    responses.get("http://graph.test/v25.0/debug_token", json={"data": data})
    signup = signups.work(signups.begin(tenant, "manual", pasted=Pasted("1", "2", "a-token")))
    assert signups.stopped(signup).problem == "other_app"


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        ({"event": "CANCEL", "data": {"current_step": "PHONE_NUMBER_SETUP"}}, "cancelled"),
        ({"event": "CANCEL", "data": {"current_step": "SOMETHING_NEW"}}, "cancelled"),
        ({"event": "CANCEL", "data": {"error_message": "Your name", "error_code": "524126"}}, "meta_window"),
        ({"event": "ERROR", "data": {"error_message": "Your name", "error_id": "524126"}}, "meta_window"),
        ({"event": "CLOSED"}, "closed"),
        ({"event": "SURPRISE"}, "event_unknown"),
    ],
)
def test_a_window_that_ended_early_says_so_and_opens_again(meta, tenant, event, problem):
    signup = signups.begin(tenant)
    signups.give_event(signup, {"event": event})
    step = signups.stopped(signup)
    assert step.problem == problem
    assert problems.sentence(step)
    signups.retry(signup, "session")
    assert signups.tell(signup, fresh(meta, signup)).state == "connected"


@pytest.mark.parametrize(
    "ids", [{}, {"waba_id": "1; DROP"}, {"waba_id": "1" * 41}, {"waba_id": "1", "phone_number_id": "x"}]
)
def test_ids_that_are_none_change_nothing(tenant, ids):
    signup = signups.begin(tenant)
    with pytest.raises(NotAllowed):
        signups.give_event(signup, {"event": {"event": "FINISH", "data": ids}})
    assert signups.states(signup)["session"] == "waiting"


def test_half_a_signup_connects_nothing(meta, tenant):
    signup = signups.begin(tenant)
    signups.give_event(signup, fresh(meta, signup))
    assert signups.work(signup, later=timedelta(minutes=5)).state == "waiting"
    assert nothing_connected(tenant)


def test_a_second_word_of_the_window_changes_nothing(meta, tenant):
    signup = signups.begin(tenant)
    told = fresh(meta, signup)
    signups.give_event(signup, told)
    signups.give_event(signup, {"event": {"event": "CANCEL", "data": {"current_step": "PERMISSIONS"}}})
    assert signups.states(signup)["session"] == "done"


def test_a_given_up_signup_takes_nothing_more(meta, tenant):
    signup = signups.begin(tenant)
    told = fresh(meta, signup)
    entry.give_up(signup, signups.SYSTEM, timezone.now())
    signup.refresh_from_db()
    assert refused(signup, told["code"], entry.state_of(signup)) == "over"
    assert Signup.objects.get(pk=signup.pk).state == "cancelled"


def paste(account, **changed):
    number = account["numbers"][0]["phone_number_id"]
    return Pasted(
        **({"waba_id": account["waba_id"], "phone_number_id": number, "access_token": account["token"]} | changed)
    )


@pytest.mark.parametrize(
    ("changed", "step", "problem"),
    [
        ({"access_token": "SIMnobody"}, "token", "token_invalid"),
        ({"waba_id": "999"}, "proof", "account_unreadable"),
        ({"phone_number_id": "999"}, "proof", "number_elsewhere"),
    ],
)
def test_pasted_values_are_checked_before_anything_is_saved(meta, tenant, changed, step, problem):
    account = meta.accounts(name=f"Salão {next(COUNT)}", numbers=[{"display_phone_number": fresh_phone()}])
    signup = signups.work(signups.begin(tenant, "manual", pasted=paste(account, **changed)))
    assert (signups.stopped(signup).name, signups.stopped(signup).problem) == (step, problem)
    assert nothing_connected(tenant)
    right = paste(account)
    signups.retry(signup, step, **{name: getattr(right, name) for name in changed})
    assert signup.state == "connected"


def test_a_number_that_is_not_ready_is_not_connected(meta, tenant):
    phones = [{"display_phone_number": fresh_phone(), "status": "BANNED"}]
    account = meta.accounts(name=f"Salão {next(COUNT)}", numbers=phones)
    signup = signups.work(signups.begin(tenant, "manual", pasted=paste(account)))
    assert "BANNED" in problems.sentence(signups.stopped(signup))
    assert nothing_connected(tenant)


@pytest.mark.parametrize(("name", "values"), [("register", {"pin": "12"}), ("test", {"to": "1"})])
def test_values_of_a_person_are_checked(meta, tenant, name, values):
    meta.fault("register", "error", code=133005, times=1 if name == "register" else None)
    signup = signups.begin(tenant)
    signups.tell(signup, fresh(meta, signup))
    with pytest.raises(NotAllowed):
        signups.retry(signup, name, **values)
    meta.clear_faults()


def test_every_problem_has_its_sentence_in_portuguese():
    with translation.override("pt-br"):
        for problem, sentence in problems.SENTENCES.items():
            portuguese = str(sentence)
            with translation.override("en"):
                assert portuguese != str(sentence) or problem == "not_here", problem
