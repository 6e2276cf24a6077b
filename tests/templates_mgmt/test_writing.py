"""Templates made, changed and taken away at a Meta that takes, refuses, or does not answer."""

import json
from datetime import timedelta

import pytest
import requests
import responses

from templates_mgmt import drafts, writing
from templates_mgmt.models import MessageTemplate
from templates_mgmt.refusals import NotWritten
from tenants.models import AuditEntry, Credential
from tests.factories import NOW, make_account, make_number, make_template, make_tenant, map_template
from tests.templates_mgmt.template_samples import GOOD, NAMED, body, buttons, payload, reply
from whatsapp.providers.base import Upload

pytestmark = pytest.mark.django_db
GRAPH = "http://graph.test/v25.0"
TAKEN = {"id": "900", "status": "PENDING", "category": "UTILITY"}
CHANGED = [body("Mudou tudo por aqui, veja só.")]


@pytest.fixture
def graph(settings):
    settings.WHATSAPP_META_GRAPH_URL = "http://graph.test"
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def account():
    return make_number(make_tenant()).account


def edge(account):
    return f"{GRAPH}/{account.waba_id}/message_templates"


def refusal(code=100, subcode=None, words=""):
    return {"error": {"message": "x", "type": "OAuthException", "code": code, "error_subcode": subcode,
                      "error_user_msg": words}}  # fmt: skip


def approved(account, **values):
    return make_template(account, "aviso", **{"template_id": "900", "components": GOOD["words"]["components"]} | values)


def listed(account, graph, **values):
    row = {"id": "900", "status": "PENDING"} | GOOD["words"] | values
    graph.get(edge(account), json={"data": [row]})


def codes(refused):
    return [(problem.code, problem.field) for problem in refused.value.problems]


def test_a_draft_is_kept_and_nothing_is_sent(graph, account):
    row = drafts.save(account, payload(body(""), name="aviso"), now=NOW)
    assert (row.status, row.template_id, row.revision) == ("DRAFT", "", 1)
    assert not row.is_sendable


def test_a_new_template_is_sent_and_recorded_with_the_category_that_meta_gave(graph, account):
    graph.post(edge(account), json=TAKEN | {"category": "MARKETING"})
    row = writing.write(account, GOOD["named"], now=NOW)
    assert json.loads(graph.calls[0].request.body) == GOOD["named"]
    assert (row.template_id, row.status, row.category, row.draft) == ("900", "PENDING", "MARKETING", None)
    assert (row.components, row.parameter_format) == ([NAMED], "NAMED")
    assert [(version.number, version.source, version.counted) for version in row.versions.all()] == [(1, "us", False)]
    assert AuditEntry.objects.filter(action="template.created").count() == 1


@pytest.mark.parametrize("broken", [payload(body("")), payload(body(), name="aviso", category="SALE")])
def test_what_breaks_a_rule_is_not_sent_and_not_kept(graph, account, broken):
    with pytest.raises(NotWritten):
        writing.write(account, broken, now=NOW)
    assert not graph.calls
    assert not account.templates.exists()


@pytest.mark.parametrize(
    ("subcode", "field"), [(2388023, "name"), (2388047, "header.text"), (2388299, "body.text"), (2388049, "language")]
)
def test_metas_refusal_is_told_beside_its_field_and_the_draft_stays(graph, account, subcode, field):
    graph.post(edge(account), json=refusal(subcode=subcode), status=400)
    with pytest.raises(NotWritten) as refused:
        writing.write(account, GOOD["words"], now=NOW)
    assert [problem.field for problem in refused.value.problems] == [field]
    assert account.templates.get().draft["components"] == GOOD["words"]["components"]


def test_metas_own_words_are_told_where_the_reason_is_not_known(graph, account):
    graph.post(edge(account), json=refusal(subcode=999, words="Não gostamos deste texto."), status=400)
    with pytest.raises(NotWritten) as refused:
        writing.write(account, GOOD["words"], now=NOW)
    assert "Não gostamos deste texto." in refused.value.problems[0].sentence


def test_a_refused_template_is_changed_and_sent_again_under_the_same_name(graph, account):
    graph.post(edge(account), json=refusal(subcode=2388072), status=400)
    with pytest.raises(NotWritten):
        writing.write(account, GOOD["words"], now=NOW)
    graph.reset()
    graph.post(edge(account), json=TAKEN)
    assert writing.write(account, GOOD["words"], now=NOW).status == "PENDING"


def test_one_that_meta_made_unseen_is_taken_as_ours_and_made_once(graph, account):
    """The process was killed, or the answer lost, after Meta took it: the same words are there under the same name."""
    graph.post(edge(account), json=refusal(subcode=2388024), status=400)
    listed(account, graph)
    row = writing.write(account, GOOD["words"], now=NOW)
    assert (row.template_id, row.draft) == ("900", None)


def test_a_double_with_other_words_is_told_beside_the_name(graph, account):
    graph.post(edge(account), json=refusal(subcode=2388024), status=400)
    listed(account, graph, components=CHANGED)
    with pytest.raises(NotWritten) as refused:
        writing.write(account, GOOD["words"], now=NOW)
    assert codes(refused) == [("meta_exists", "name")]


def test_after_a_lost_answer_meta_is_asked_before_anything_is_sent_again(graph, account):
    graph.post(edge(account), body=requests.ReadTimeout())
    with pytest.raises(NotWritten) as refused:
        writing.write(account, GOOD["words"], now=NOW)
    assert codes(refused) == [("meta_silent", "template")]
    graph.reset()
    listed(account, graph, status="APPROVED")
    row = writing.submit(account.templates.get(), now=NOW)
    assert (row.template_id, row.status) == ("900", "APPROVED")


def test_a_submission_under_way_keeps_a_second_one_waiting(graph, account):
    row = drafts.save(account, GOOD["words"], now=NOW)
    MessageTemplate.objects.update(claimed_at=NOW - timedelta(seconds=30))
    with pytest.raises(NotWritten) as refused:
        writing.submit(row, now=NOW)
    assert codes(refused) == [("busy", "template")]


def test_a_killed_submission_is_looked_up_when_its_lease_is_over(graph, account):
    row = drafts.save(account, GOOD["words"], now=NOW)
    MessageTemplate.objects.update(claimed_at=NOW - timedelta(minutes=5))
    graph.get(edge(account), json={"data": []})
    graph.post(edge(account), json=TAKEN)
    assert writing.submit(row, now=NOW).template_id == "900"


def test_a_webhook_that_came_first_keeps_the_status_it_told(graph, account):
    def approve(_request):
        MessageTemplate.objects.update(status="APPROVED", status_at=NOW + timedelta(seconds=1))
        return 200, {}, json.dumps(TAKEN)

    graph.add_callback("POST", edge(account), approve)
    assert writing.write(account, GOOD["words"], now=NOW).status == "APPROVED"


def test_an_edit_sends_all_components_and_is_counted(graph, account):
    row = approved(account)
    graph.post(f"{GRAPH}/900", json={"success": True})
    graph.get(f"{GRAPH}/900", json=GOOD["words"] | {"id": "900", "status": "PENDING", "components": CHANGED})
    row = writing.rewrite(row, GOOD["words"] | {"components": CHANGED}, revision=0, now=NOW)
    assert json.loads(graph.calls[0].request.body) == {"components": CHANGED}
    assert (row.components, row.status) == (CHANGED, "PENDING")
    assert writing.edits_left(row, NOW).left is None
    row.status = "APPROVED"
    assert writing.edits_left(row, NOW).left == 9


def test_the_second_edit_of_a_day_is_told_and_not_sent(graph, account):
    test_an_edit_sends_all_components_and_is_counted(graph, account)
    MessageTemplate.objects.update(status="APPROVED")
    row, calls = account.templates.get(), len(graph.calls)
    with pytest.raises(NotWritten) as refused:
        writing.rewrite(row, GOOD["words"], revision=row.revision, now=NOW + timedelta(hours=23))
    assert codes(refused) == [("edit_day", "components")]
    assert len(graph.calls) == calls


def test_of_two_who_write_at_once_the_second_is_told_by_whom(account):
    first = drafts.save(account, GOOD["words"], now=NOW)
    MessageTemplate.objects.update(draft_by="Ana")
    drafts.save(account, GOOD["words"], template=first, now=NOW)
    with pytest.raises(NotWritten) as refused:
        drafts.save(account, GOOD["words"], template=first, revision=1, now=NOW)
    assert codes(refused) == [("stale", "template")]


def test_a_draft_may_change_its_name_but_not_take_anothers(account):
    approved(account)
    row = drafts.save(account, GOOD["words"] | {"name": "outro"}, now=NOW)
    row = drafts.save(account, GOOD["words"] | {"name": "terceiro"}, template=row, now=NOW)
    assert row.name == "terceiro"
    with pytest.raises(NotWritten) as refused:
        drafts.save(account, GOOD["words"], template=row, now=NOW)
    assert codes(refused) == [("name_taken", "name")]


def test_a_draft_of_a_known_template_leaves_its_words_until_meta_took_them(account):
    row = approved(account)
    row = drafts.save(account, GOOD["words"] | {"components": CHANGED}, template=row, now=NOW)
    assert (row.components, row.status) == (GOOD["words"]["components"], "APPROVED")
    drafts.discard(row)
    row.refresh_from_db()
    assert row.draft is None


def test_a_deleted_template_keeps_its_row_and_locks_its_name(graph, account):
    graph.delete(edge(account), json={"success": True})
    writing.delete(approved(account), now=NOW)
    assert graph.calls[0].request.params == {"name": "aviso", "hsm_id": "900"}
    with pytest.raises(NotWritten) as refused:
        writing.write(account, GOOD["words"], now=NOW + timedelta(days=29))
    assert codes(refused) == [("name_locked", "name")]
    assert account.templates.get().status == "DELETED"


def test_one_that_meta_has_no_more_is_deleted_all_the_same(graph, account):
    graph.delete(edge(account), json=refusal(subcode=2593002), status=400)
    writing.delete(approved(account, status="REJECTED"), now=NOW)
    assert account.templates.get().status == "DELETED"


@pytest.mark.parametrize("role", ["template", "fallback"])
def test_a_template_that_speaks_for_a_kind_is_neither_deleted_nor_archived(graph, account, role):
    row = approved(account)
    mapped = map_template(make_template(account, "outro"))
    type(mapped).objects.update(**{role: row})
    for act in (writing.delete, writing.archive):
        with pytest.raises(NotWritten) as refused:
            act(row, now=NOW)
        assert codes(refused) == [("in_use", "template")]
        assert "Aviso de agendamento" in refused.value.problems[0].sentence


@pytest.mark.parametrize(
    ("act", "before", "path", "answer", "after"),
    [
        ("unpause", "PAUSED", "/900/unpause", {"success": True}, "APPROVED"),
        ("archive", "REJECTED", "/{waba}/message_templates/archive", {"archived_templates": ["900"]}, "ARCHIVED"),
    ],
)
def test_what_meta_did_is_recorded(graph, account, act, before, path, answer, after):
    graph.post(GRAPH + path.format(waba=account.waba_id), json=answer)
    assert getattr(writing, act)(approved(account, status=before), now=NOW).status == after


def test_an_archived_template_comes_back_as_it_was(graph, account):
    graph.post(f"{edge(account)}/unarchive", json={"unarchived_templates": ["900"]})
    graph.get(f"{GRAPH}/900", json=GOOD["words"] | {"id": "900", "status": "REJECTED"})
    assert writing.unarchive(approved(account, status="ARCHIVED"), now=NOW).status == "REJECTED"


def test_an_archiving_that_meta_refuses_is_told_in_its_words(graph, account):
    answer = {"archived_templates": [], "failed_templates": {"900": "Only approved or rejected templates"}}
    graph.post(f"{edge(account)}/archive", json=answer)
    with pytest.raises(NotWritten, match="meta_words"):
        writing.archive(approved(account), now=NOW)
    assert account.templates.get().status == "APPROVED"


@pytest.mark.parametrize(
    ("act", "status"),
    [("unpause", "APPROVED"), ("archive", "PENDING"), ("unarchive", "APPROVED"), ("delete", "DISABLED")],
)
def test_what_the_state_forbids_is_not_asked_of_meta(graph, account, act, status):
    with pytest.raises(NotWritten) as refused:
        getattr(writing, act)(approved(account, status=status), now=NOW)
    assert refused.value.problems[0].code == f"{act}_status"


def test_an_example_file_becomes_a_handle(graph, account, settings):
    settings.WHATSAPP_META_APP_ID = "300001"
    graph.post(f"{GRAPH}/300001/uploads", json={"id": "upload:abc?sig=x"})
    graph.post(f"{GRAPH}/upload:abc?sig=x", json={"h": "4:handle"})
    assert writing.upload_header(account, Upload(b"png", "image/png", "a.png")) == "4:handle"
    sent = graph.calls[1].request
    assert (sent.body, sent.headers["file_offset"]) == (b"png", "0")
    assert sent.headers["Authorization"].startswith("OAuth SIM-token")


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        (Upload(b"x", "image/gif"), "file_type"),
        (Upload(b"", "image/png"), "file_size"),
        (Upload(b"x" * (5 * writing.MB + 1), "image/png"), "file_size"),
        (Upload(b"x", "image/png"), "no_app"),
    ],
)
def test_a_file_that_meta_would_not_take_is_not_uploaded(graph, account, settings, upload, code):
    settings.WHATSAPP_META_APP_ID = ""
    with pytest.raises(NotWritten, match=code):
        writing.upload_header(account, upload)


def test_a_token_that_is_gone_is_told(account):
    Credential.objects.all().delete()
    with pytest.raises(NotWritten) as refused:
        writing.write(account, GOOD["words"], now=NOW)
    assert refused.value.provider_failed


def test_a_hundred_new_templates_an_hour_are_enough(graph, account):
    for index in range(100):
        row = make_template(account, f"t{index}", template_id=str(index))
        row.versions.create(tenant=row.tenant, number=1, source="us", at=NOW, components=row.components)
    with pytest.raises(NotWritten) as refused:
        writing.write(account, GOOD["words"], now=NOW + timedelta(minutes=59))
    assert codes(refused) == [("creation_hour", "name")]


def test_the_same_name_in_another_account_is_another_template(graph, account):
    other = make_account(account.tenant)
    approved(other)
    graph.post(edge(account), json=TAKEN)
    assert writing.write(account, GOOD["words"], now=NOW).account == account


def test_quick_replies_and_words_are_all_that_an_edit_may_change(graph, account):
    row = approved(account)
    with pytest.raises(NotWritten) as refused:
        writing.rewrite(row, payload(body(), buttons(reply()), name="novo"), revision=0, now=NOW)
    assert codes(refused) == [("edit_name", "name")]
