import pytest

from config.dev import docs_check


@pytest.fixture
def project(tmp_path):
    for folder in ("config", "docs"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "config" / "settings.py").write_text('A = env.str("APP_NAME", default="")\nB = secret("APP_SECRET")\n')
    (tmp_path / "docs" / "settings.md").write_text(
        "# Settings\n\n| `APP_NAME` | – |\n|---|---|\n| `APP_SECRET` | – |\n"
    )
    (tmp_path / "Makefile").write_text("run: x\ntest: x\n")
    (tmp_path / "README.md").write_text("# Hello\n\nSee [settings](docs/settings.md#settings), run `make run`.\n")
    return tmp_path


def problems(project):
    checks = (docs_check.check_settings, docs_check.check_commands, docs_check.check_places, docs_check.check_links)
    return [problem for check in checks for problem in check(project)]


def test_true_docs_have_no_problems(project):
    assert problems(project) == []


@pytest.mark.parametrize(
    ("file", "addition", "problem"),
    [
        ("config/settings.py", 'C = env.int("APP_SIZE", default=1)\n', "docs/settings.md does not explain APP_SIZE"),
        ("docs/settings.md", "| `APP_OLD` | – |\n", "docs/settings.md explains APP_OLD, which nothing reads"),
        ("README.md", "[gone](docs/gone.md)\n", "README.md links to docs/gone.md, which is not there"),
        (
            "README.md",
            "[part](docs/settings.md#part)\n",
            "README.md links to docs/settings.md#part, which is not there",
        ),
        ("README.md", "![picture](docs/a.png)\n", "README.md links to docs/a.png, which is not there"),
        ("README.md", "```sh\nmake fly\n```\n", "README.md says `make fly`"),
        ("README.md", "`manage.py fly`\n", "README.md says `manage.py fly`"),
        ("README.md", "`manage.py check --fly`\n", "README.md says `manage.py check --fly`"),
        ("README.md", "```sh\nmanage.py check \\\n  --fly\n```\n", "README.md says `manage.py check --fly`"),
        ("README.md", "`config/gone.py: fly`\n", "README.md names config/gone.py, which is not there"),
        ("README.md", "`config/gone/`\n", "README.md names config/gone/, which is not there"),
    ],
)
def test_a_lie_is_told(project, file, addition, problem):
    with (project / file).open("a") as text:
        text.write(addition)
    assert problems(project) == [problem]


def test_links_to_other_sites_and_in_examples_are_left_alone(project):
    (project / "README.md").write_text("[x](https://example.com/y)\n\n```md\n[z](gone.md)\n```\n")
    assert problems(project) == []


def test_a_path_may_be_told_from_any_folder_on(project):
    (project / "README.md").write_text(
        "`config/settings.py`, `settings.py: A`, `*/settings.py`, `config/`, `/admin/`\n"
    )
    assert problems(project) == []


def test_the_words_of_states_and_kinds_are_looked_for_in_every_page(project):
    found = list(docs_check.check_words(project))
    assert "no page explains the kind appointment_reminder" in found
    assert "no page explains the state uncertain of notifications.NotificationJob" in found
