"""A customer's document, and that a customer is forgotten, from the command line."""

import pytest
from django.core.management import CommandError

from tenants.models import Contact
from tests.factories import make_contact, make_tenant


@pytest.fixture
def maria(db):
    return make_contact(make_tenant("studio-jana"))


@pytest.mark.parametrize("who", ["+55 (11) 98888-7777", "551188887777"])
def test_a_customer_is_exported_by_any_way_to_write_the_number(run, maria, who):
    document = run("export_contact", "--tenant-id", "studio-jana", "--contact", who)
    assert (document["contact"]["id"], document["contact"]["name"]) == (maria.pk, "Maria Silva")
    assert document["identities"][0]["value"] == "5511988887777"


def test_erasing_asks_for_a_yes(run, maria):
    options = ("erase_contact", "--tenant-id", "studio-jana", "--contact", str(maria.pk))
    assert run(*options) == {"id": maria.pk, "name": "Maria Silva", "erased": False}
    assert run(*options, "--yes") == {"id": maria.pk, "erased": True}
    assert Contact.objects.get().display_name != "Maria Silva"


def test_another_companys_customer_is_nobody(run, maria):
    make_tenant("barbearia-charlie")
    with pytest.raises(CommandError, match="knows no contact"):
        run("export_contact", "--tenant-id", "barbearia-charlie", "--contact", str(maria.pk))
