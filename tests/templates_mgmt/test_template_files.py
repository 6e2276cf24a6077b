"""Templates out of one company's account and into another's, as files."""

import json
from io import StringIO

import pytest
import responses
from django.core.management import CommandError, call_command

from templates_mgmt.models import MessageTemplate
from tests.factories import make_account, make_number, make_template, make_tenant
from tests.templates_mgmt.broken_templates import BROKEN
from tests.templates_mgmt.template_samples import GOOD, body, payload

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return make_number(make_tenant("origem")).account


@pytest.fixture
def target():
    return make_number(make_tenant("destino")).account


def bring(*paths, tenant="destino", **options):
    out = StringIO()
    try:
        call_command("import_templates", *map(str, paths), tenant_id=tenant, json=True, stdout=out, **options)
    finally:
        outcomes = json.loads(out.getvalue() or "[]")
    return outcomes


def keep(folder, name, template):
    (folder / f"{name}.json").write_text(json.dumps(template))


def test_a_set_is_copied_to_another_company(account, target, tmp_path):
    for name in ("words", "named"):
        make_template(account, name, **{key: GOOD[name][key] for key in ("components", "parameter_format")})
    make_template(account, "apagado", status="DELETED")
    call_command("export_templates", tenant_id="origem", folder=tmp_path, stdout=StringIO())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["named.pt_BR.json", "words.pt_BR.json"]
    assert [row["outcome"] for row in bring(tmp_path)] == ["created", "created"]
    copied = target.templates.get(name="named")
    assert (copied.status, copied.parameter_format) == ("DRAFT", "NAMED")
    assert copied.components == GOOD["named"]["components"]


def test_what_is_there_already_stays(account, target, tmp_path):
    make_template(target, "aviso", components=GOOD["words"]["components"], template_id="1")
    keep(tmp_path, "aviso", GOOD["words"])
    assert [(row["outcome"], row["status"]) for row in bring(tmp_path)] == [("same", "APPROVED")]


def test_a_rehearsal_keeps_nothing(target, tmp_path):
    keep(tmp_path, "a", GOOD["words"])
    assert [row["outcome"] for row in bring(tmp_path, dry_run=True)] == ["created"]
    assert not target.templates.exists()


SET_RIGHT = "language_unknown"  # pt-BR is read as pt_BR
TOLD = [row for row in BROKEN if row[0] != SET_RIGHT]


def test_files_that_break_a_rule_are_told_at_their_fields_and_left_out(target, tmp_path):
    for index, (_code, _field, template) in enumerate(TOLD):
        keep(tmp_path, f"{index:03}", template)
    keep(tmp_path, "last", payload(body(), name="bom"))
    out = StringIO()
    with pytest.raises(CommandError, match=f"{len(TOLD)} of {len(TOLD) + 1}"):
        call_command("import_templates", str(tmp_path), tenant_id="destino", json=True, stdout=out)
    outcomes = json.loads(out.getvalue())
    assert [row for row, outcome in zip(TOLD, outcomes, strict=False) if row[1] not in outcome["problems"]] == []
    assert list(target.templates.values_list("name", flat=True)) == ["bom"]


@pytest.mark.parametrize("text", ["", "[]", "{", "7", "[" * 100_000])
def test_what_is_no_template_is_told(target, tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(CommandError, match="1 of 1"):
        bring(tmp_path)
    assert not MessageTemplate.objects.exists()


def test_submitted_ones_go_to_meta(target, tmp_path, settings):
    settings.WHATSAPP_META_GRAPH_URL = "http://graph.test"
    keep(tmp_path, "a", GOOD["words"])
    with responses.RequestsMock() as graph:
        edge = f"http://graph.test/v25.0/{target.waba_id}/message_templates"
        graph.post(edge, json={"id": "900", "status": "PENDING", "category": "UTILITY"})
        assert [(row["outcome"], row["status"]) for row in bring(tmp_path, submit=True)] == [("created", "PENDING")]


def test_the_table_for_people_names_each_problem(target, tmp_path):
    keep(tmp_path, "a", payload(body("")))
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("import_templates", str(tmp_path), tenant_id="destino", stdout=out)
    assert "a.json: body.text: " in out.getvalue()


def test_with_several_accounts_one_must_be_named(account, tmp_path):
    make_account(account.tenant)
    with pytest.raises(CommandError, match="--waba-id"):
        call_command("export_templates", tenant_id="origem", folder=tmp_path, stdout=StringIO())


def test_a_path_that_is_not_there_is_one_line(target):
    with pytest.raises(CommandError, match="Not found"):
        bring("/nowhere/at/all")
