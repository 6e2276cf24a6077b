"""Text as search compares it: the database functions of the search migrations, as expressions."""

from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Concat

# What comes in is first appended to a GIN index, and every search reads all of that: PostgreSQL's own 4 MB take 2 ms.
UNSORTED_KB = 256


class Fold(Func):
    """Small letters without accents, as the index keeps them."""

    function = "recado_fold"
    output_field = TextField()


def names_of() -> Fold:
    """Both names of a contact."""
    return Fold(Concat(F("name"), Value(" "), F("profile_name")))
