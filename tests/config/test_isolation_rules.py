"""The rules that keep companies apart, read from the code itself: what is new must obey them too."""

import ast
import inspect
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import URLResolver, get_resolver

from config.celery import app
from tenants.models import Tenant
from tenants.rest_views import TenantViewSet
from tenants.scoping import TenantOrPlatformModel, TenantScopedModel
from tests.admin.rows import OF_THE_PLATFORM

ROOT = Path(__file__).resolve().parents[2]
OURS = ("tenants", "whatsapp", "templates_mgmt", "notifications")
HANG_ON = ("job", "event", "number", "signup")  # rows of a company by the row they hang on
# Parameters of tasks that name no row. A task that takes an id would trust whoever rings: rows are claimed instead.
PLAIN = {"voice"}


def our_models():
    return [model for name in OURS for model in apps.get_app_config(name).get_models() if model is not Tenant]


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_row_of_a_company_inherits_the_scoped_base(model):
    if issubclass(model, TenantScopedModel | TenantOrPlatformModel):
        return
    related = {field.name: field.related_model for field in model._meta.fields if field.is_relation}
    owners = [related[name] for name in HANG_ON if name in related]
    scoped = [owner for owner in owners if issubclass(owner, TenantScopedModel | TenantOrPlatformModel)]
    assert scoped or model._meta.label_lower in OF_THE_PLATFORM
    assert "tenant" not in related


def test_no_task_takes_the_id_of_a_row():
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if name.split(".")[0] in {*OURS, "config"}}
    taken = {name: set(inspect.signature(task.run).parameters) - PLAIN for name, task in ours.items()}
    assert {name: ids for name, ids in taken.items() if ids} == {}
    assert len(ours) > 10


def routes(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern), pattern.callback


def test_every_resource_of_the_api_has_the_one_door():
    views = {route: getattr(view, "cls", None) for route, view in routes(get_resolver()) if route.startswith("api/v1/")}
    assert [route for route, view in views.items() if not (view and issubclass(view, TenantViewSet))] == []
    assert len(views) > 30


@pytest.mark.parametrize("path", sorted((ROOT / "dashboard/views").glob("*.py")), ids=lambda path: path.stem)
def test_no_console_view_asks_for_rows_of_every_company(path):
    """``Model.objects`` in a view is followed by ``for_tenant``; rows by id come from dashboard.access."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "objects":
            assert node.attr == "for_tenant", f"{path.name}:{node.lineno}"
