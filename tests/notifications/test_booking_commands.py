"""Commands of the first hour: bookings and opt-outs from files, the list of opt-outs, a test message."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from notifications.models import Appointment, NotificationJob
from tenants import consent
from tenants.models import Consent
from tests.factories import NOW, make_contact
from tests.notifications.customer import make_studio

pytestmark = pytest.mark.django_db
HEADER = "external_id,customer_name,customer_phone,service,starts_at,notify"
GOOD = "A-1,Maria Silva,+55 11 98888-7777,Corte,2026-11-25T14:00:00-03:00,sim"


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def tenant():
    return make_studio("studio-jana")


def run(name, *args, **options):
    out = io.StringIO()
    call_command(name, *args, stdout=out, json=True, **options)
    return json.loads(out.getvalue())


def file_with(tmp_path, *lines, encoding="utf-8"):
    path = tmp_path / "rows.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    return str(path)


def test_bookings_are_taken_and_a_second_run_changes_nothing(tenant, tmp_path):
    path = file_with(tmp_path, HEADER, GOOD)
    outcomes = [run("import_appointments", path, tenant_id="studio-jana")[0]["outcome"] for _ in range(2)]
    assert outcomes == ["created", "unchanged"]
    assert Appointment.objects.get().jobs.count() == 2


def test_silent_import_promises_nothing(tenant, tmp_path):
    run("import_appointments", file_with(tmp_path, HEADER, GOOD), tenant_id="studio-jana", silent=True)
    assert Appointment.objects.exists()
    assert not NotificationJob.objects.exists()


def test_spreadsheet_with_semicolons_and_local_times_is_read(tenant, tmp_path):
    row = GOOD.replace("-03:00", "").replace(",", ";")
    path = file_with(tmp_path, HEADER.replace(",", ";"), row, encoding="utf-8-sig")
    run("import_appointments", path, tenant_id="studio-jana", local_times=True)
    assert Appointment.objects.get().starts_at.astimezone(tenant.zone).hour == 14


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (GOOD.replace("-03:00", ""), "starts_at"),
        (GOOD.replace("+55 11 98888-7777", "123"), "customer_phone"),
        (GOOD.replace("2026-11-25T14:00:00-03:00", "amanhã"), "starts_at"),
        (GOOD.replace("Maria Silva", ""), "customer_name"),
    ],
)
def test_bad_line_is_named_and_the_others_are_taken(tenant, tmp_path, row, word):
    path = file_with(tmp_path, HEADER, row, GOOD.replace("A-1", "A-2"))
    with pytest.raises(CommandError, match=f"1 of 2 lines were not taken: line 2: {word}"):
        run("import_appointments", path, tenant_id="studio-jana")
    assert [row.external_id for row in Appointment.objects.all()] == ["A-2"]


@pytest.mark.parametrize("lines", [["external_id,service"], [""], ["\xff\xfe"]])
def test_file_that_is_none_is_one_clear_line(tenant, tmp_path, lines):
    with pytest.raises(CommandError, match=r"rows\.csv"):
        run("import_appointments", file_with(tmp_path, *lines, encoding="latin-1"), tenant_id="studio-jana")


def test_optouts_are_imported_and_listed(tenant, tmp_path):
    path = file_with(tmp_path, "phone,name,at,proof", "11 98888-7777,Maria,2026-11-01T10:00:00-03:00,planilha")
    assert run("import_optouts", path, tenant_id="studio-jana")[0]["outcome"] == "opted out"
    [row] = run("list_optouts", tenant_id="studio-jana")
    assert (row["phone"], row["source"], row["proof"]) == ("+55 (11) 98888-7777", "import", "planilha")


def test_imported_optout_does_not_undo_a_newer_word(tenant, tmp_path):
    contact = make_contact(tenant)
    consent.record(contact, Consent.Decision.OPT_IN, source="keyword", effective_at=NOW)
    path = file_with(tmp_path, "phone,at", "11 98888-7777,2026-11-01T10:00:00-03:00")
    assert run("import_optouts", path, tenant_id="studio-jana")[0]["outcome"] == "unchanged"
    assert consent.refusal(contact, marketing=False) is None


def test_optouts_of_another_tenant_are_not_listed(tenant, tmp_path):
    make_studio("barbearia-charlie")
    run("import_optouts", file_with(tmp_path, "phone", "11 98888-7777"), tenant_id="studio-jana")
    assert run("list_optouts", tenant_id="barbearia-charlie") == []


def test_test_message_is_queued(tenant):
    answer = run("send_test", to="11 98888-7777", text="Olá", wait=0)
    assert (answer["state"], answer["to"]) == ("pending", "+5511988887777")


def test_test_template_takes_its_values_in_order(tenant):
    run("send_test", to="11 98888-7777", template="aviso_de_agendamento", value=["Maria", "Corte"], wait=0)
    content = NotificationJob.objects.get().content
    assert [parameter["text"] for parameter in content["body"]] == ["Maria", "Corte"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"to": "123", "text": "oi"}, "not a valid|não é um telefone"),
        ({"to": "11 98888-7777", "template": "nope"}, "no template 'nope'"),
        ({"to": "11 98888-7777", "text": " "}, "text.body"),
        ({"to": "11 98888-7777", "text": "oi", "tenant_id": "nobody"}, "no company"),
    ],
)
def test_test_message_that_cannot_go_is_one_clear_line(tenant, options, words):
    with pytest.raises(CommandError, match=words):
        run("send_test", wait=0, **options)
    assert not NotificationJob.objects.exists()


def test_test_message_of_an_unnamed_company_is_refused_where_there_are_two(tenant):
    make_studio("barbearia-charlie")
    with pytest.raises(CommandError, match="--tenant-id"):
        run("send_test", to="11 98888-7777", text="oi", wait=0)
