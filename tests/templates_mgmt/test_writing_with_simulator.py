"""Templates written at the simulated Meta: all kinds, read back, and made once whatever happens on the way."""

from datetime import timedelta

import pytest
import requests
from django.conf import settings
from django.utils import timezone

from templates_mgmt import allowance, drafts, sync, versions, wording, writing
from templates_mgmt.refusals import NotWritten
from templates_mgmt.rules.limits import MOST_TEMPLATES, MOST_UNVERIFIED
from templates_mgmt.writing import submission
from tenants import vault
from tenants.models import Credential
from tests.factories import make_account, make_number, make_tenant
from tests.simulator_client import SimulatorProcess
from tests.templates_mgmt.template_samples import GOOD, body, file_header, payload
from whatsapp.providers.base import Upload

pytestmark = pytest.mark.django_db
APP_ID = "634974688087057"
LATER = timedelta(minutes=5)


@pytest.fixture(scope="module")
def simulator():
    with SimulatorProcess(webhook_url="http://127.0.0.1:9/nobody") as process:
        yield process


@pytest.fixture
def account(simulator, settings, request):
    settings.WHATSAPP_META_GRAPH_URL = simulator.url
    settings.WHATSAPP_META_APP_ID = APP_ID
    told = simulator.accounts(name=request.node.name, numbers=[{"display_phone_number": "+55 11 4000-1234"}])
    tenant = make_tenant()
    account = make_account(tenant, waba_id=told["waba_id"])
    vault.set_secret(account, Credential.Kind.ACCESS_TOKEN, told["token"])
    make_number(tenant, account)
    yield account
    simulator.clear_faults()


def at_meta(account, name="aviso"):
    """The templates of that name that the simulator has."""
    token = vault.read_secret(account, Credential.Kind.ACCESS_TOKEN)
    url = f"{settings.WHATSAPP_META_GRAPH_URL}/v25.0/{account.waba_id}/message_templates?name={name}"
    return requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5).json()["data"]


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_is_taken_and_reads_back_as_it_was_written(account, name):
    now = timezone.now()
    row = writing.write(account, GOOD[name] | {"name": "aviso"}, now=now)
    assert row.status == "PENDING"
    sync.sync_account(account, now + LATER)
    row.refresh_from_db()
    assert wording.same_words(row.components, GOOD[name]["components"])
    assert versions.record_all([row], now) == []
    assert writing.check(row, now)[0].code in {"edit_status", "header_file_address"}


def full_but(simulator, account, room, *, verified=False):
    """Fills the account at Meta until there is room for so many more of a business that is not verified."""
    known = len(simulator.accounts(waba_id=account.waba_id, verified=verified)["templates"])
    rows = [payload(body(), name=f"modelo_{n}") for n in range(MOST_UNVERIFIED - known - room)]
    simulator.accounts(waba_id=account.waba_id, templates=rows)
    sync.sync_account(account, timezone.now())


def told_by_meta(account):
    """What the simulated Meta itself says of one template more, past our own rules; empty where it takes it."""
    token = vault.read_secret(account, Credential.Kind.ACCESS_TOKEN)
    url = f"{settings.WHATSAPP_META_GRAPH_URL}/v25.0/{account.waba_id}/message_templates"
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.post(url, json=payload(body(), name="um_a_mais"), headers=headers, timeout=5)
    return answer.json().get("error", {}).get("error_subcode", "")


def test_the_last_template_that_an_unverified_business_may_have_is_taken(simulator, account):
    full_but(simulator, account, 1)
    assert writing.write(account, GOOD["words"], now=timezone.now()).status == "PENDING"


def test_one_more_than_an_unverified_business_may_have_is_refused_by_our_rule_as_by_meta(simulator, account):
    full_but(simulator, account, 0)
    with pytest.raises(NotWritten, match="creation_unverified"):
        writing.write(account, GOOD["words"], now=timezone.now())
    assert told_by_meta(account) == 2388019


def test_a_verified_business_may_have_more(simulator, account):
    full_but(simulator, account, 0, verified=True)
    assert writing.write(account, GOOD["words"], now=timezone.now()).status == "PENDING"


def test_what_meta_says_of_an_account_that_is_full_is_told_in_words(simulator, account, monkeypatch):
    full_but(simulator, account, 0)
    monkeypatch.setattr(allowance, "most", lambda _account, _total: MOST_TEMPLATES)
    with pytest.raises(NotWritten, match="meta_full"):
        writing.write(account, GOOD["words"], now=timezone.now())


def test_an_uploaded_example_goes_with_its_template(account):
    handle = writing.upload_header(account, Upload(b"\x89PNG", "image/png", "foto.png"))
    assert writing.write(account, payload(file_header("IMAGE", handle), body()), now=timezone.now()).template_id


def test_an_answer_that_was_lost_makes_nothing_double(simulator, account):
    simulator.fault("templates", "reset_after", times=1)
    with pytest.raises(NotWritten, match="meta_silent"):
        writing.write(account, GOOD["words"], now=timezone.now())
    row = writing.submit(account.templates.get(), now=timezone.now())
    assert [one["id"] for one in at_meta(account)] == [row.template_id]


def test_a_process_killed_before_it_recorded_makes_nothing_double(account, monkeypatch):
    def die(*_args):
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(submission, "_record", die)
        with pytest.raises(SystemExit):
            writing.write(account, GOOD["words"], now=timezone.now())
    row = account.templates.get()
    assert (row.status, len(at_meta(account))) == ("DRAFT", 1)
    row = writing.submit(row, now=timezone.now() + LATER)
    assert [one["id"] for one in at_meta(account)] == [row.template_id]


def test_a_killed_edit_is_not_made_twice(simulator, account, monkeypatch):
    row = writing.write(account, GOOD["words"], now=timezone.now())
    simulator.decide(row.template_id, "APPROVED")
    type(row).objects.update(status="APPROVED")
    row = drafts.save(account, GOOD["words"] | {"components": [body()]}, template=row, now=timezone.now())
    with monkeypatch.context() as killed:
        killed.setattr(submission, "_record", lambda *_args: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            writing.submit(row, now=timezone.now())
    row = writing.submit(account.templates.get(), now=timezone.now() + LATER)
    assert (row.components, row.draft) == ([body()], None)
    assert len(versions.counted_edits(row, timezone.now() + LATER)) == 1


@pytest.mark.parametrize("status", ["DRAFT", "DELETED"])
def test_what_meta_does_not_have_is_not_missing(account, status):
    drafts.save(account, GOOD["words"], now=timezone.now())
    account.templates.update(status=status)
    sync.sync_account(account, timezone.now() + LATER)
    assert account.templates.get(name="aviso").missing_since is None


def test_a_template_lives_and_goes(simulator, account):
    row = writing.write(account, GOOD["words"], now=timezone.now())
    simulator.decide(row.template_id, "PAUSED")
    type(row).objects.update(status="PAUSED")
    row = writing.unpause(account.templates.get(), now=timezone.now())
    row = writing.archive(row, now=timezone.now())
    row = writing.unarchive(row, now=timezone.now())
    assert row.status == "APPROVED"
    writing.delete(row, now=timezone.now())
    assert at_meta(account) == []
