"""Fields that take exactly what the API's description says: no number for a text, no "yes" for true."""

from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


class Text(serializers.CharField):
    """A JSON string without NUL and lone surrogates (DRF's own validators)."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError(_("A text belongs here."))
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """true or false."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError(_("Use true or false."))
        return data


class Moment(serializers.DateTimeField):
    """ISO 8601 with an offset, of this century; a time without offset means another hour to everybody."""

    default_error_messages = {
        "invalid": gettext_lazy("Give the time with its offset, for example 2026-11-21T14:00:00-03:00."),
        "far": gettext_lazy("This date is too far away."),
    }

    def to_internal_value(self, value: Any) -> datetime:
        at = self._parse(value)
        if at is None or at.tzinfo is None:
            self.fail("invalid")
        try:
            near = EARLIEST <= at < LATEST
        except OverflowError:
            near = False
        return at if near else self.fail("far")

    def _parse(self, value: Any) -> datetime | None:
        try:
            return parse_datetime(value) if isinstance(value, str) else None
        except ValueError:
            return None


class QueryMoment(Moment):
    """In a query string an unescaped + arrives as a space."""

    def _parse(self, value: Any) -> datetime | None:
        return super()._parse(value.replace(" ", "+"))


class Body(serializers.Serializer):
    """An object that refuses names it does not know: a misspelt ``notify`` must not send."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            names = ", ".join(self.fields)
            sentence = _("Unknown field. Known here: %(names)s.") % {"names": names}
            raise serializers.ValidationError({str(name): sentence for name in sorted(unknown)})
        return super().to_internal_value(data)


class Query(serializers.Serializer):
    """A list's query string; names it does not know are left alone."""
