"""The first page of a web process reads no template and no address."""

import pytest
from django.forms.renderers import get_default_renderer
from django.template import Template, engines
from django.test import Client
from django.urls import clear_url_caches, get_resolver

from config import warm
from tests.factories import make_person, make_tenant

PAGES = ("/mensagens/", "/conversas/", "/contatos/", "/saude/", "/configuracoes/", "/entrar/")


@pytest.fixture
def cold() -> None:
    """As a process that was just started."""
    for engine in (engines["django"], get_default_renderer().engine):
        for loader in engine.engine.template_loaders:
            loader.reset()
    clear_url_caches()


@pytest.mark.django_db
@pytest.mark.usefixtures("cold")
def test_all_templates_are_there_before_the_first_page(monkeypatch):
    warm.up()
    client = Client()
    client.force_login(make_person(make_tenant(), "owner"))
    read, compile_nodelist = [], Template.compile_nodelist

    def noted(template: Template) -> object:
        read.append(str(template.origin.template_name))
        return compile_nodelist(template)

    monkeypatch.setattr(Template, "compile_nodelist", noted)
    for page in PAGES:
        client.get(page)
    assert read == []


@pytest.mark.usefixtures("cold")
def test_all_addresses_are_known_before_the_first_page():
    warm.up()
    assert get_resolver()._populated
