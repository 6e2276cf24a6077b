import json
import subprocess
import sys

import polib
import pytest

from config.dev import translations
from config.dev.programs import ROOT


@pytest.fixture
def project(tmp_path):
    """A tree with one module and one page that ask for texts."""
    package = tmp_path / "dashboard"
    (package / "templates").mkdir(parents=True)
    (package / "views.py").write_text(
        "from django.utils.translation import gettext as _, ngettext, pgettext_lazy\n"
        'a = _("Send now")\n'
        'b = ngettext("one message", "%(count)s messages", 3) % {"count": 3}\n'
        'c = pgettext_lazy("of a job", "Sent")\n'
        'd = _("It was %(when)s") % {"when": 1}\n'
    )
    (package / "templates" / "page.html").write_text(
        "{% load i18n %}<p>\n  {% translate 'Try again' %}\n"
        "    {% blocktranslate with n=name %}Hello {{ n }}{% endblocktranslate %}</p>\n"
        "{% blocktranslate count k=k %}one file{% plural %}{{ k }} files{% endblocktranslate %}\n"
    )
    return tmp_path


COMPLETE = {
    "Send now": "Enviar agora",
    "one message|||%(count)s messages": ["uma mensagem", "%(count)s mensagens"],
    "of a job\x04Sent": "Enviada",
    "It was %(when)s": "Foi %(when)s",
    "Try again": "Tentar de novo",
    "Hello %(n)s": "Olá, %(n)s",
    "one file|||%(k)s files": ["um arquivo", "%(k)s arquivos"],
}


def problems(project, entries):
    path = project / "django.po"
    assert translations.merge(entries, path=path) == []
    return translations.check(path, project)


def test_a_complete_catalogue_has_no_problems(project):
    assert problems(project, COMPLETE) == []


@pytest.mark.parametrize("key", COMPLETE)
def test_every_text_of_code_and_pages_is_missed_when_it_is_not_translated(project, key):
    rest = {name: value for name, value in COMPLETE.items() if name != key}
    assert [line.split(":")[0] for line in problems(project, rest)] == ["missing"]


def test_a_text_that_nothing_asks_for_is_told(project):
    assert problems(project, {**COMPLETE, "Old": "Antigo"}) == ["unused: Old"]


def test_texts_of_libraries_are_kept(project):
    path = project / "django.po"
    translations.merge({"Apply": "Aplicar"}, library=True, path=path)
    assert problems(project, COMPLETE) == []


def test_a_text_that_is_not_english_is_told(project):
    (project / "dashboard" / "forms.py").write_text('from x import gettext as _\n_("Não enviada")\n')
    assert problems(project, {**COMPLETE, "Não enviada": "Não enviada"})[0].startswith("not English: Não enviada")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("It was %(when)s", "Foi %(quando)s"),
        ("It was %(when)s", "Foi"),
        ("Hello {name}", "Olá, {nome}"),
        ("%d of %d", "%s de %s"),
        ("one file|||%(k)s files", ["um", "%(x)s arquivos"]),
    ],
)
def test_placeholders_that_differ_are_refused_and_nothing_is_written(tmp_path, key, value):
    path = tmp_path / "django.po"
    assert translations.merge({"Good": "Bom", key: value}, path=path)[0].startswith("placeholders: ")
    assert not path.exists()


@pytest.mark.parametrize("value", ["", ["only one"]])
def test_an_entry_without_its_translation_is_refused(tmp_path, value):
    assert translations.merge({"one|||%(n)s many": value}, path=tmp_path / "django.po")


def test_the_compiled_catalogue_translates_plurals_and_contexts(project):
    problems(project, COMPLETE)
    compiled = polib.mofile(str(project / "django.mo"))
    assert compiled.find("one message").msgstr_plural == {0: "uma mensagem", 1: "%(count)s mensagens"}
    assert compiled.find("Sent", msgctxt="of a job").msgstr == "Enviada"


def test_a_catalogue_edited_by_hand_is_stale_until_it_is_compiled(project):
    problems(project, COMPLETE)
    path = project / "django.po"
    path.write_text(path.read_text().replace("Enviar agora", "Mandar agora"))
    assert translations.check(path, project)[0].startswith("stale: ")
    translations.compile_catalogue(path)
    assert translations.check(path, project) == []


def test_the_order_of_merging_does_not_show(tmp_path):
    for name, order in (("a", list(COMPLETE)), ("b", list(reversed(COMPLETE)))):
        for key in order:
            translations.merge({key: COMPLETE[key]}, path=tmp_path / name / "django.po")
    assert (tmp_path / "a/django.po").read_text() == (tmp_path / "b/django.po").read_text()
    assert (tmp_path / "a/django.mo").read_bytes() == (tmp_path / "b/django.mo").read_bytes()


def test_merging_at_the_same_time_loses_nothing(tmp_path):
    script = "import sys; from pathlib import Path; from config.dev import translations as t\n"
    script += "for i in range(10): t.merge({f'Text {sys.argv[2]} {i}': 'Texto'}, path=Path(sys.argv[1]))"
    path = tmp_path / "django.po"
    writers = [subprocess.Popen([sys.executable, "-c", script, path, name], cwd=ROOT) for name in "abc"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert len(polib.pofile(str(path))) == 30


def test_the_command_tells_mistakes_with_exit_code_1(tmp_path, capsys):
    file = tmp_path / "new.json"
    file.write_text(json.dumps({"%(n)s new": "novas"}))
    assert translations.main(["merge", str(file)]) == 1
    assert "placeholders: %(n)s new" in capsys.readouterr().out
