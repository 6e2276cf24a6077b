"""The trail: every change of configuration with its author, acts by name, and no way to change what was written."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test import Client

from tenants import audit
from tenants.acting import Actor, acting
from tenants.models import AuditEntry, AutomationSettings, Tenant, TenantApiKey
from tests.factories import make_api_key, make_contact, make_person, make_ready_tenant, make_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return make_tenant()


@pytest.fixture
def entry(tenant):
    audit.record("report.read", tenant=tenant, actor=make_person(tenant), obj=tenant, pages=2)
    return AuditEntry.objects.get(action="report.read")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE tenants_auditentry SET actor_label = 'nobody'",
        "DELETE FROM tenants_auditentry",
        "TRUNCATE tenants_auditentry",
    ],
)
def test_the_database_refuses_to_change_the_trail(entry, sql):
    connection.check_constraints()  # or what was inserted just now would keep TRUNCATE out too
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditEntry.objects.filter(pk=entry.pk, actor_label=entry.actor_label).exists()


def test_a_company_with_a_trail_cannot_be_deleted(entry, tenant):
    with pytest.raises(ProtectedError):
        tenant.delete()


def test_a_person_may_go_and_their_name_stays(entry):
    person = entry.actor
    person.delete()
    assert AuditEntry.objects.get(pk=entry.pk).actor_label == person.username


def test_a_change_of_configuration_tells_what_it_was_and_who_changed_it(tenant):
    owner = make_person(tenant, "owner")
    with acting(Actor.of(owner)):
        own = AutomationSettings.objects.get(tenant=tenant)
        own.mode = "dry_run"
        own.save()
    entry = AuditEntry.objects.get(action="automationsettings.changed")
    assert (entry.tenant, entry.actor, entry.detail) == (tenant, owner, {"changes": {"mode": ["enabled", "dry_run"]}})


def test_a_change_to_nothing_new_leaves_no_line(tenant):
    Tenant.objects.get(pk=tenant.pk).save()
    assert not AuditEntry.objects.filter(action="tenant.changed").exists()


def test_a_key_is_watched_without_its_secret(tenant):
    key = make_api_key(tenant)
    TenantApiKey.objects.get().delete()
    told = str(list(AuditEntry.objects.values()))
    assert "tenantapikey.added" in told
    assert "tenantapikey.deleted" in told
    assert key.partition(".")[2] not in told
    assert "hashed_key" not in told


def test_what_a_companys_system_does_is_told_by_the_name_of_its_key():
    tenant = make_ready_tenant()
    contact = make_contact(tenant)
    client = Client(headers={"X-API-Key": make_api_key(tenant)})
    client.post(f"/api/v1/contacts/{contact.pk}/opt-out/", {}, content_type="application/json")
    entry = AuditEntry.objects.get(action="contact.opted_out")
    assert entry.actor is None
    assert entry.actor_label.startswith("API: test (")


def test_nobody_acts_after_the_door_has_closed(tenant):
    with acting(Actor("somebody")):
        pass
    audit.record("report.read", tenant=tenant)
    assert AuditEntry.objects.get(action="report.read").actor_label == ""


def test_erasing_a_customer_takes_the_name_and_leaves_the_act(tenant):
    contact = make_contact(tenant, name="Maria Silva")
    audit.record("contact.opted_out", tenant=tenant, obj=contact, note="Maria Silva")
    assert audit.erase(tenant, [contact]) == 1
    entry = AuditEntry.objects.get(action="contact.opted_out")
    assert (entry.object_label, entry.detail, entry.object_id) == ("—", {}, str(contact.pk))
    assert AuditEntry.objects.get(action="audit.erased").detail == {"lines": 1}


def test_the_door_of_an_erasure_shuts_behind_it(entry, tenant):
    audit.erase(tenant, [tenant])
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditEntry.objects.all().delete()
