"""Who says what: the page, its editor with the live preview, and who may change it."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from templates_mgmt import header_files
from templates_mgmt.models import HeaderFile, MessageTemplate, TemplateMapping
from tests.dashboard.people import browser
from tests.factories import NOTICE_VARIABLES, make_appointment, make_template
from tests.notifications.jobs import first_number

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
LIST = "/modelos/mapeamentos/"
EDIT = f"{LIST}editar/?kind=appointment_created&language=pt_BR"


@pytest.fixture
def manager(jana):
    return browser(jana, "manager")


@pytest.fixture
def mapped(jana):
    return TemplateMapping.objects.get(tenant=jana, kind="appointment_created")


def html(client, path=LIST):
    return client.get(path).content.decode()


def sources(**changes):
    told = {f"source-{slot}": source for slot, source in NOTICE_VARIABLES.items()}
    return told | changes


def save(post, client, template, seen, **changes):
    return post(client, EDIT, template=str(template.pk), seen=seen, **sources(**changes))


def seen_by(client):
    page = html(client, EDIT)
    return page.partition('name="seen" value="')[2].partition('"')[0]


def test_the_page_says_what_speaks_and_in_which_state(jana, viewer, mapped):
    page = html(viewer)
    assert "Aviso de agendamento" in page
    assert "aviso_de_agendamento" in page
    assert "Fala" in page


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (lambda: TemplateMapping.objects.all().delete(), "Nada escolhido"),
        (lambda: MessageTemplate.objects.update(status="PAUSED"), "Espera"),
        (lambda: MessageTemplate.objects.update(status="REJECTED"), "Não pode ser enviado"),
        (lambda: TemplateMapping.objects.update(variables={"1": "first_name"}), "Incompleto"),
    ],
)
def test_the_page_says_what_is_missing(jana, viewer, break_it, told):
    break_it()
    assert told in html(viewer)


def test_a_viewer_sees_no_button_that_he_may_not_press(jana, viewer, mapped):
    page = html(viewer)
    assert "mapeamentos/editar" not in page
    assert f"{mapped.pk}/remover" not in page
    assert viewer.get(EDIT).status_code == 403


def test_the_editor_offers_the_companys_templates_and_fields(jana, charlie, manager):
    make_template(first_number(charlie).account, "segredo_do_charlie", template_id="9")
    page = html(manager, EDIT)
    assert "confirmacao_de_agendamento_24h" in page
    assert "data por extenso" in page
    assert "segredo_do_charlie" not in page


def test_a_saved_mapping_speaks_and_stays_in_the_trail(jana, manager, mapped, post):
    other = MessageTemplate.objects.get(tenant=jana, name="confirmacao_de_agendamento_24h")
    answer = save(post, manager, other, seen_by(manager), **{"source-3": "date_long"})
    assert answer.url == LIST
    mapped.refresh_from_db()
    assert (mapped.template, mapped.variables["3"]) == (other, "date_long")
    trail = manager.get("/auditoria/", {"action": "templatemapping.changed"}).content.decode()
    assert "{{3}}: data por extenso" in trail


def test_what_cannot_work_is_refused_at_its_field(jana, manager, mapped, post):
    answer = save(post, manager, mapped.template, seen_by(manager), **{"source-2": "professional"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "id_otherwise-2_error" in page
    mapped.refresh_from_db()
    assert mapped.variables == NOTICE_VARIABLES


def test_a_fixed_text_and_one_for_what_is_empty_are_kept(jana, manager, mapped, post):
    changes = {"source-2": "professional", "otherwise-2": "nossa equipe", "source-4": "=", "text-4": "logo cedo"}
    save(post, manager, mapped.template, seen_by(manager), **changes)
    mapped.refresh_from_db()
    assert (mapped.variables["4"], mapped.otherwise) == ("=logo cedo", {"2": "nossa equipe"})


def put_picture(jana, post, manager, content=PNG, **values):
    parts = [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Olá {{1}}, até já."}]
    template = make_template(first_number(jana).account, "com_foto", template_id="8", components=parts)
    file = SimpleUploadedFile("salao.png", content, content_type="image/png")
    told = {"template": str(template.pk), "seen": seen_by(manager), "source-header": "=", "source-1": "first_name"}
    return post(manager, EDIT, **told, **values, **{"file-header": file})


def test_a_file_of_the_company_stands_in_the_header(jana, manager, mapped, post, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    assert put_picture(jana, post, manager).url == LIST
    mapped.refresh_from_db()
    file = HeaderFile.objects.get(tenant=jana)
    assert mapped.variables["header"] == f"={header_files.link(file)}"
    assert manager.get(f"/arquivos/{file.key}/salao.png").status_code == 200


def test_a_file_of_another_kind_is_refused_at_its_field(jana, manager, mapped, post):
    answer = put_picture(jana, post, manager, b"%PDF-1.7 words")
    assert answer.status_code == 400
    assert "id_text-header_error" in answer.content.decode()


def test_what_lacks_is_called_as_people_call_it(jana, manager, mapped):
    template = make_template(
        first_number(jana).account, "com_foto", template_id="8",
        components=[{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Olá {{1}}, até já."}],
    )  # fmt: skip
    page = html(manager, f"{EDIT}&part=slots&template={template.pk}&source-1=first_name")
    assert "A variável cabeçalho do modelo" in page
    assert "Link do arquivo" in page


def test_a_file_is_not_lost_where_something_else_is_wrong(jana, manager, mapped, post, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    answer = put_picture(jana, post, manager, fallback="x")
    assert answer.status_code == 400
    assert f'value="{header_files.link(HeaderFile.objects.get())}"' in answer.content.decode()


def test_the_second_of_two_people_is_told(jana, manager, mapped, post):
    seen = seen_by(manager)
    save(post, manager, mapped.template, seen, **{"source-3": "date_long"})
    answer = save(post, manager, mapped.template, seen)
    assert answer.status_code == 400
    assert "Alguém mudou" in answer.content.decode()


def test_a_template_in_review_waits_for_its_turn(jana, manager, mapped, post):
    upcoming = make_template(first_number(jana).account, "aviso_v2", template_id="9", status="PENDING")
    save(post, manager, upcoming, seen_by(manager))
    assert TemplateMapping.objects.get(tenant=jana, is_next=True).template == upcoming
    assert "assume quando" in html(manager)


def test_another_templates_fields_come_when_it_is_chosen(jana, manager):
    template = make_template(
        first_number(jana).account, "nomeado", template_id="9", parameter_format="NAMED",
        components=[{"type": "BODY", "text": "Olá {{first_name}}, {{algo}}."}],
    )  # fmt: skip
    page = html(manager, f"{EDIT}&part=slots&template={template.pk}")
    assert 'name="source-first_name"' in page
    assert 'value="first_name" selected' in page
    assert 'id="preview"' in page


def test_the_preview_is_of_a_real_appointment_with_the_exact_request(jana, manager, mapped):
    appointment = make_appointment(jana, name="Beatriz Souza", service="Coloração")
    query = "&".join(f"{name}={value}" for name, value in sources().items())
    page = html(manager, f"{EDIT}&part=preview&template={mapped.template.pk}&with={appointment.pk}&{query}")
    assert "Olá Beatriz Souza, seu horário de Coloração" in page
    assert "&quot;name&quot;: &quot;aviso_de_agendamento&quot;" in page


def test_another_companys_appointment_is_not_shown(jana, charlie, manager, mapped):
    theirs = make_appointment(charlie, name="Cliente do Charlie")
    assert manager.get(f"{EDIT}&part=preview&template={mapped.template.pk}&with={theirs.pk}").status_code == 404


def test_words_of_people_are_shown_as_text(jana, manager, mapped):
    appointment = make_appointment(jana, name="<script>alert(1)</script>")
    assert "<script>alert(1)" not in html(manager, f"{EDIT}&with={appointment.pk}")


def test_taking_a_mapping_away_asks_first_and_is_done(jana, manager, mapped, post):
    assert f'id="remove-{mapped.pk}"' in html(manager)
    post(manager, f"{LIST}{mapped.pk}/remover/")
    assert not TemplateMapping.objects.filter(pk=mapped.pk).exists()


@pytest.mark.parametrize("kind", ["manual", "nonsense", ""])
def test_a_kind_without_templates_has_no_editor(jana, manager, kind):
    assert manager.get(f"{LIST}editar/?kind={kind}&language=pt_BR").status_code == 404


@pytest.mark.parametrize("path", [LIST, EDIT])
def test_a_page_costs_few_queries(jana, manager, path, django_assert_max_num_queries):
    html(manager, path)
    with django_assert_max_num_queries(9):
        html(manager, path)


def test_the_exact_request_is_json(jana, manager, mapped):
    page = html(manager, EDIT)
    body = page.partition("<pre")[2].partition(">")[2].partition("</pre>")[0].replace("&quot;", '"')
    assert json.loads(body)["type"] == "template"
