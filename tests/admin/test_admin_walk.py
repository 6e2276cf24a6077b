"""Every action, choice, filter and form of the admin, tried on another company's rows: none is touched or offered."""

import itertools
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.test import Client, RequestFactory
from django.utils.translation import override

from tests.admin.rows import Rows, models
from tests.admin.test_admin_isolation import url
from tests.factories import make_person

pytestmark = pytest.mark.django_db
ADMINS = [admin.site._registry[model] for model in models() if model in admin.site._registry]
LOOKUPS = ["tenant__id__exact", "tenant", "tenant__slug", "company"]
ANSWERS = {"reason": "ensaio", "post": "yes", "confirm": "yes", "apply": "yes"}


@pytest.fixture
def owner(jana):
    return make_person(jana.tenant, "owner", is_staff=True)


@pytest.fixture
def staff(owner):
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def request_of_staff(owner):
    request = RequestFactory().get("/admin/")
    request.user = owner
    return request


def snapshot(rows: Rows) -> dict[str, Any]:
    """What every row of the company says now."""
    return {label: type(row)._base_manager.filter(pk=row.pk).values().first() for label, row in rows.by_label.items()}


def autocompleted() -> list[tuple[str, str]]:
    """(model label, field) of every choice that is searched for, in pages and in the rows inside them."""
    fields = [(one.model._meta.label_lower, name) for one in ADMINS for name in one.autocomplete_fields]
    inlines = [inline for one in ADMINS for inline in one.inlines]
    return fields + [
        (inline.model._meta.label_lower, name) for inline in inlines for name in inline.autocomplete_fields
    ]


def test_no_action_touches_a_row_of_another_company(staff, request_of_staff, jana, charlie):
    before, tried = snapshot(charlie), 0
    for one in ADMINS:
        label = one.model._meta.label_lower
        for name in one.get_actions(request_of_staff):
            chosen = [str(charlie.by_label[label].pk)]
            form = {"action": name, "_selected_action": chosen, "index": "0", **ANSWERS}
            staff.post(url(label, "changelist"), form)
            assert snapshot(charlie) == before, (label, name)
            tried += 1
    assert tried > 15


def test_no_choice_that_is_searched_offers_another_companys_row(staff, charlie):
    for label, name in autocompleted():
        app, model = label.split(".")
        target = next(one for one in ADMINS if one.model._meta.label_lower == label).model._meta.get_field(name)
        asked = {"app_label": app, "model_name": model, "field_name": name}
        answer = staff.get("/admin/autocomplete/", asked)
        offered = {row["id"] for row in answer.json()["results"]} if answer.status_code == 200 else set()
        theirs = charlie.by_label.get(target.related_model._meta.label_lower)
        assert theirs is None or str(theirs.pk) not in offered, (label, name)
    assert autocompleted()


def test_no_filter_in_the_address_reaches_another_company(staff, charlie):
    for label, lookup in itertools.product((one.model._meta.label_lower for one in ADMINS), LOOKUPS):
        page = staff.get(url(label, "changelist"), {lookup: str(charlie.tenant.pk)})
        shown = page.context["cl"].result_list if page.context and "cl" in page.context else []
        assert charlie.by_label[label] not in list(shown), (label, lookup)


def test_no_form_takes_another_companys_row_as_its_own(staff, jana, charlie):
    for one in ADMINS:
        label, own = one.model._meta.label_lower, jana.by_label[one.model._meta.label_lower]
        foreign = {
            field.name: str(theirs.pk)
            for field in one.model._meta.fields
            if field.is_relation and (theirs := charlie.by_label.get(field.related_model._meta.label_lower))
        }
        staff.post(url(label, "change", own.pk), foreign)
        staff.post(url(label, "add"), foreign)
        now = type(own)._base_manager.filter(pk=own.pk).values().first()
        attributes = {one.model._meta.get_field(name).attname: value for name, value in foreign.items()}
        assert not [name for name, value in attributes.items() if now and str(now[name]) == value], label


ALIKE = {"item", "e-mail", "emoji", "leads"}  # in both languages


def test_every_list_and_each_of_its_columns_is_named_in_portuguese():
    """But for the schedules of beat, which are the library's own."""
    ours = [one for model, one in admin.site._registry.items() if model._meta.app_label != "django_celery_beat"]
    columns = [(name, one) for one in ours for name in one.list_display if name != "__str__"]
    english, portuguese = ([], [])
    for language, headings in (("en", english), ("pt-br", portuguese)):
        with override(language):
            headings.extend(str(label_for_field(name, one.model, one)) for name, one in columns)
            headings.extend(str(one.model._meta.verbose_name_plural) for one in ours)
    assert {one for one, other in zip(english, portuguese, strict=True) if one == other} <= ALIKE
