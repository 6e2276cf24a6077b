"""Forms of the Messages page beside its filters."""

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.forms import Styled


class SaveFilterForm(Styled, forms.Form):
    """The name of a filter; ``query`` is what the address of the list says."""

    name = forms.CharField(label=_("Name"), max_length=40)
    query = forms.CharField(max_length=500)
    is_start = forms.BooleanField(label=_("Begin with it whenever I open Messages"), required=False)
