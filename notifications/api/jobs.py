"""``/api/v1/jobs/``: promised messages, why they wait or failed, and everything that happened to them."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import actions, reasons, states, timeline, waiting
from notifications.kinds import KINDS
from notifications.models import NotificationJob
from tenants.rest import Conflict
from tenants.rest_fields import Body, Flag, Query, QueryMoment, Text
from tenants.rest_views import TenantViewSet
from whatsapp.models import Message
from whatsapp.providers.meta import error_codes


class ReasonSerializer(serializers.Serializer):
    """Why it waits, was not sent or failed."""

    code = serializers.CharField()
    message = serializers.CharField()


class TemplateNameSerializer(serializers.Serializer):
    name = serializers.CharField()
    language = serializers.CharField()


class WindowSerializer(serializers.Serializer):
    """The 24-hour window as it was when the message was decided on; ``open`` is null before that."""

    open = serializers.BooleanField(allow_null=True)
    last_inbound_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class LineSerializer(serializers.Serializer):
    """One line of a timeline; ``detail`` holds the evidence, ``message`` says it in a sentence."""

    at = serializers.DateTimeField()
    event = serializers.CharField()
    message = serializers.CharField(source="sentence")
    detail = serializers.JSONField()


class JobSerializer(serializers.Serializer):
    """A promised message. Serialize many with ``timelines`` in the context, so that a page costs a constant number of
    queries.
    """

    id = serializers.UUIDField()
    kind = serializers.CharField()
    origin = serializers.ChoiceField(Message.Origin.choices)
    appointment = serializers.SerializerMethodField()
    provider = serializers.CharField(source="number.provider", default=None, allow_null=True)
    phone_number_id = serializers.CharField(source="number.phone_number_id", default=None, allow_null=True)
    created_at = serializers.DateTimeField()
    state = serializers.SerializerMethodField()
    mode = serializers.SerializerMethodField()
    template = serializers.SerializerMethodField()
    to = serializers.CharField()
    scheduled_for = serializers.DateTimeField()
    attempts = serializers.IntegerField()
    next_attempt_at = serializers.SerializerMethodField()
    provider_message_id = serializers.CharField(source="message.provider_message_id", default=None, allow_null=True)
    window = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()
    timeline = serializers.SerializerMethodField()

    @extend_schema_field({"type": "string", "nullable": True, "description": "The appointment's external_id."})
    def get_appointment(self, job: NotificationJob) -> str | None:
        return job.appointment.external_id if job.appointment else None

    @extend_schema_field(serializers.ChoiceField(list(states.STATES)))
    def get_state(self, job: NotificationJob) -> str:
        return states.combined_state(job)

    @extend_schema_field(serializers.ChoiceField(["template", "text"], allow_null=True))
    def get_mode(self, job: NotificationJob) -> str | None:
        return job.mode or None

    @extend_schema_field(TemplateNameSerializer(allow_null=True))
    def get_template(self, job: NotificationJob) -> dict[str, str] | None:
        return {"name": job.template_name, "language": job.template_language} if job.template_name else None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_next_attempt_at(self, job: NotificationJob) -> str | None:
        waits = job.state == NotificationJob.State.PENDING
        return serializers.DateTimeField().to_representation(job.due_at) if waits else None

    @extend_schema_field(WindowSerializer)
    def get_window(self, job: NotificationJob) -> dict[str, Any]:
        return window_of(job)

    @extend_schema_field(ReasonSerializer(allow_null=True))
    def get_reason(self, job: NotificationJob) -> dict[str, str] | None:
        return reason_of(job)

    @extend_schema_field(LineSerializer(many=True))
    def get_timeline(self, job: NotificationJob) -> Any:
        return LineSerializer(self.context["timelines"][job.pk], many=True).data


UNKNOWN_WINDOW = {"open": None, "last_inbound_at": None, "reason": ""}
ABOUT_WINDOW = "window_"  # reason codes: window_no_inbound, window_expired, window_check_failed


def window_of(job: NotificationJob) -> dict[str, Any]:
    """The evidence that the queue kept; of a message that never reached it, what its reason says of the window."""
    if job.window or not job.reason_code.startswith(ABOUT_WINDOW):
        return {name: job.window.get(name, blank) for name, blank in UNKNOWN_WINDOW.items()}
    reason = job.reason_code.removeprefix(ABOUT_WINDOW)
    last_inbound_at = job.reason_detail.get("last_inbound_at")
    return {"open": None if reason == "check_failed" else False, "last_inbound_at": last_inbound_at, "reason": reason}


def reason_of(job: NotificationJob) -> dict[str, str] | None:
    """The job's reason, or its message's error once it was accepted; None while nothing is wrong."""
    if job.reason_code:
        return {"code": job.reason_code, "message": reasons.explain(job.reason_code, job.reason_detail).sentence}
    message = job.message
    if states.combined_state(job) == "failed" and message and message.error_code is not None:
        return {"code": str(message.error_code), "message": error_codes.sentence(message.error_code)}
    return None


def represent(jobs: Sequence[NotificationJob]) -> Any:
    """Many jobs with their timelines."""
    return JobSerializer(jobs, many=True, context={"timelines": timeline.of_many(jobs)}).data


def represent_one(job: NotificationJob) -> Any:
    """With its place in the line, where it waits for its turn alone."""
    told = represent([job])[0]
    place = waiting.place(job, timezone.now())
    if place and told["reason"] is None:
        told["reason"] = {"code": place.reason.code, "message": place.reason.sentence}
    return told


class JobQuery(Query):
    appointment = Text(required=False, help_text="An appointment's external_id.")
    state = serializers.ChoiceField(list(states.STATES), required=False)
    kind = serializers.ChoiceField(list(KINDS), required=False)
    since = QueryMoment(required=False, help_text="Created at this time or later.")


class RetryBody(Body):
    confirmed = Flag(default=False, help_text="Needed where the customer may get the message twice.")


class DiscardBody(Body):
    reason = Text(max_length=200)


@extend_schema_view(list=extend_schema(parameters=[JobQuery]))
class JobViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = NotificationJob.objects.select_related("tenant", "appointment", "number", "message")
    serializer_class = JobSerializer
    query_class = JobQuery

    def narrow(self, queryset: QuerySet, **query: Any) -> QuerySet:
        queryset = states.with_combined_state(queryset)
        lookups = {FILTERS[name]: value for name, value in query.items()}
        return queryset.filter(**lookups)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(represent(page or []))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(represent_one(self.get_object()))

    @extend_schema(request=RetryBody, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Puts a failed, skipped or uncertain message back in the queue."""
        body = self.read(RetryBody, request.data)
        return self._act(lambda job: actions.retry(job, None, timezone.now(), confirmed=body["confirmed"]))

    @extend_schema(request=DiscardBody, responses=JobSerializer)
    @action(detail=True, methods=["post"])
    def discard(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Takes a message out of the queue for good."""
        job = self.get_object()
        body = self.read(DiscardBody, request.data)
        return self._act(lambda _job: actions.discard(job, body["reason"], None, timezone.now()))

    def _act(self, act: Callable[[NotificationJob], Any]) -> Response:
        try:
            act(self.get_object())
        except actions.ActionRefused as refused:
            code = "needs_confirmation" if refused.needs_confirmation else "refused"
            raise Conflict(str(refused), code) from None
        return Response(represent_one(self.get_object()))


FILTERS = {
    "appointment": "appointment__external_id",
    "state": "combined",
    "kind": "kind",
    "since": "created_at__gte",
}
