"""What a web process loads before it answers, so that the first person after a start waits no longer than the second.

Django reads addresses, views and templates when they are first asked for: half a second of the first page, more while
the machine is busy with starting. Loaded before config.collector freezes, they are never walked by it either.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django import forms
from django.apps import apps
from django.forms.renderers import get_default_renderer
from django.template import TemplateSyntaxError
from django.template.loader import get_template
from django.urls import get_resolver


def up() -> None:
    """Addresses with their views, and the templates of all apps and of forms' fields."""
    _ = get_resolver().reverse_dict
    for app in apps.get_app_configs():
        _read(Path(app.path), get_template)
    _read(Path(forms.__file__).parent, get_default_renderer().get_template)


def _read(package: Path, get: Callable[[str], object]) -> None:
    folder = package / "templates"
    for file in folder.rglob("*.html"):
        with suppress(TemplateSyntaxError):  # of an app's part for a library that is not installed
            get(str(file.relative_to(folder)))
