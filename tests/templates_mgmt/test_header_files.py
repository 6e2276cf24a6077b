"""Files for the headers of notices: kept here, and served to whoever has their link."""

import pytest
from django.test import Client

from templates_mgmt import binding, header_files
from templates_mgmt.models import HeaderFile, TemplateMapping
from tests.factories import make_account, make_template, make_tenant
from whatsapp.errors import InvalidContent
from whatsapp.media import cleaning, storage
from whatsapp.providers.base import Upload

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
PDF = b"%PDF-1.7\n" + b"\x00" * 40


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT, settings.PUBLIC_URL = str(tmp_path), "https://recado.test"


@pytest.fixture
def tenant():
    return make_tenant()


def keep(tenant, kind="image", content=PNG, mime_type="image/png", name="Fachada do salão.png"):
    return header_files.keep(tenant, kind, Upload(content, mime_type, name), by="jana")


def path_of(row):
    return header_files.link(row).removeprefix("https://recado.test")


def test_a_file_is_served_by_its_link_without_a_login(tenant):
    row = keep(tenant)
    answer = Client().get(path_of(row))
    assert b"".join(answer.streaming_content) == PNG
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"


def test_the_link_ends_with_a_name_that_customers_may_read(tenant):
    row = keep(tenant, "document", PDF, "application/pdf", "..\\Preços <2026>.pdf")
    assert path_of(row).rpartition("/")[2] == "Preos_2026.pdf"


def test_the_same_bytes_of_a_company_are_one_file(tenant):
    assert keep(tenant) == keep(tenant, name="outro.png")
    assert keep(make_tenant()).key != HeaderFile.objects.get(tenant=tenant).key


def test_an_address_that_was_guessed_has_nothing(tenant):
    row = keep(tenant)
    for path in (f"/arquivos/{'0' * 32}/{row.file_name}", f"/arquivos/{row.key}/outro.png"):
        assert Client().get(path).status_code == 404


@pytest.mark.parametrize(
    ("kind", "content", "mime_type"),
    [
        ("image", PDF, "application/pdf"),
        ("document", PNG, "image/png"),
        ("image", PDF, "image/png"),
        ("image", b"", "image/png"),
        ("video", b"<html>", "text/html"),
        ("image", PNG + b"\x00" * 5 * 1024 * 1024, "image/png"),
    ],
    ids=["another kind", "a picture as document", "another than told", "empty", "a page", "too large"],
)
def test_what_meta_would_not_send_is_not_kept(tenant, kind, content, mime_type):
    with pytest.raises(InvalidContent):
        keep(tenant, kind, content, mime_type)
    assert not HeaderFile.objects.exists()


def test_its_link_may_stand_in_a_mapping_also_where_recado_has_no_certificate(tenant, settings):
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    parts = [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Olá."}]
    template = make_template(make_account(tenant), components=parts)
    row = TemplateMapping(tenant=tenant, kind="appointment_created", template=template)
    row.variables = {"header": f"={header_files.link(keep(tenant))}"}
    assert binding.problems(row) == {}


def test_cleaning_leaves_what_a_row_names_and_deletes_the_rest(tenant):
    row = keep(tenant)
    storage.put_bytes(f"{header_files.FOLDER}/{tenant.pk}/{'0' * 64}", PNG)
    assert cleaning.clean() == 1
    assert Client().get(path_of(row)).status_code == 200
    row.delete()
    assert cleaning.clean() == 1
