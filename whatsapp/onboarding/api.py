"""``/api/v1/onboarding/``: a tenant's system connects a number, and its page hands over what Meta's window told."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.rest import Conflict
from tenants.rest_fields import Body, Text
from tenants.rest_views import TenantViewSet
from whatsapp.models import Signup, SignupStep
from whatsapp.onboarding import entry, problems, progress, ways
from whatsapp.onboarding.entry import Caller, Pasted
from whatsapp.onboarding.problems import NotAllowed

CALLER = Caller(Signup.Source.API)
# Where a refused request was wrong; what is not here is a conflict with the signup's state.
FIELDS = {
    "state_missing": "state", "state_forged": "state", "state_used": "state", "state_expired": "state",
    "code_missing": "code", "ids_invalid": "data", "pin_invalid": "pin", "phone_invalid": "to",
}  # fmt: skip


class StepErrorSerializer(serializers.Serializer):
    """Why a step stopped; ``meta`` are Meta's own code and words, where it refused."""

    code = serializers.CharField()
    message = serializers.CharField()
    meta = serializers.DictField(allow_null=True)


class StepSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(SignupStep.State.choices)
    outcome = serializers.CharField(allow_blank=True)
    error = StepErrorSerializer(allow_null=True)
    attempts = serializers.IntegerField()
    retryable = serializers.BooleanField()
    ended_at = serializers.DateTimeField(allow_null=True)


class SignupWindowSerializer(serializers.Serializer):
    """What FB.init and FB.login are given; ``state`` proves the answer and is good once."""

    app_id = serializers.CharField()
    config_id = serializers.CharField()
    extras = serializers.DictField()
    state = serializers.CharField()


class SignupSerializer(serializers.ModelSerializer):
    steps = serializers.SerializerMethodField()
    signup = serializers.SerializerMethodField()
    connection = serializers.IntegerField(source="number_id", allow_null=True, read_only=True)

    class Meta:
        model = Signup
        fields = (
            *("id", "way", "state", "steps", "signup", "connection", "waba_id", "phone_number_id"),
            *("created_at", "expires_at", "ended_at"),
        )

    @extend_schema_field(StepSerializer(many=True))
    def get_steps(self, signup: Signup) -> list[dict[str, Any]]:
        now = timezone.now()
        return [_described(signup, step, now) for step in signup.steps.order_by("position")]

    @extend_schema_field(SignupWindowSerializer(allow_null=True))
    def get_signup(self, signup: Signup) -> dict[str, Any] | None:
        return window_of(signup)


def window_of(signup: Signup) -> dict[str, Any] | None:
    """What Meta's window needs now; None where it has been answered, or there is none."""
    if signup.way == Signup.Way.MANUAL or signup.state not in Signup.OPEN or signup.state_used_at:
        return None
    app = {"app_id": settings.WHATSAPP_META_APP_ID, "config_id": settings.WHATSAPP_META_CONFIG_ID}
    return app | {"extras": ways.extras(signup.way), "state": entry.state_of(signup)}


def _described(signup: Signup, step: SignupStep, now: Any) -> dict[str, Any]:
    error = None
    if step.state == SignupStep.State.FAILED:
        told = {"code": step.meta_code, "message": step.meta_message, "fbtrace_id": step.meta_trace}
        meta = told if step.meta_code is not None else None
        error = {"code": step.problem, "message": problems.sentence(step), "meta": meta}
    return {
        "name": step.name,
        "title": str(ways.WORDS[step.name].title),
        "state": step.state,
        "outcome": step.outcome,
        "error": error,
        "attempts": step.attempts,
        "retryable": progress.may_retry(signup, step, now),
        "ended_at": step.ended_at,
    }


class BeginBody(Body):
    """``manual`` needs all three ids and token; the other ways none of them."""

    way = serializers.ChoiceField(Signup.Way.choices)
    waba_id = Text(max_length=40, required=False)
    phone_number_id = Text(max_length=40, required=False)
    access_token = Text(max_length=4096, required=False)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        pasted = ("waba_id", "phone_number_id", "access_token")
        is_manual = values["way"] == Signup.Way.MANUAL
        wrong = [name for name in pasted if bool(values.get(name)) != is_manual]
        if wrong:
            sentence = gettext_lazy("Needed by this way.") if is_manual else gettext_lazy("Not for this way.")
            raise serializers.ValidationError(dict.fromkeys(wrong, sentence))
        return values


class SessionBody(Body):
    """The window's message as it came, or only its ids."""

    type = Text(max_length=60, required=False)
    event = Text(max_length=60, required=False)
    version = serializers.JSONField(required=False)
    data = serializers.DictField(required=False)  # type: ignore[assignment]
    waba_id = Text(max_length=40, required=False)
    phone_number_id = Text(max_length=40, required=False)
    business_id = Text(max_length=40, required=False)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if not values.get("event") and not values.get("waba_id"):
            raise serializers.ValidationError({"event": gettext_lazy("Give the window's event, or at least waba_id.")})
        return values


class CodeBody(Body):
    code = Text(max_length=2000, allow_blank=True)
    state = Text(max_length=200, required=False, allow_blank=True, default="")
    user_id = Text(
        max_length=40,
        required=False,
        allow_blank=True,
        default="",
        help_text="The window's `authResponse.userID`, where it has one: that person may end the access at Meta.",
    )


class StepRetryBody(Body):
    """What a person gave for the step, where it needs something."""

    pin = Text(max_length=6, required=False)
    to = Text(max_length=40, required=False)
    waba_id = Text(max_length=40, required=False)
    phone_number_id = Text(max_length=40, required=False)
    access_token = Text(max_length=4096, required=False)


class OnboardingViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """The ways of a number into the platform; see docs/onboarding.md."""

    queryset = Signup.objects.select_related("tenant")
    serializer_class = SignupSerializer
    page_order = ("-created_at", "-id")

    @extend_schema(request=BeginBody, responses={201: SignupSerializer})
    def create(self, request: Request) -> Response:
        """Starts one. The manual way runs at once; the others wait for Meta's window."""
        body = self.read(BeginBody, request.data)
        way = body.pop("way")
        try:
            signup = entry.begin(self.tenant, way, CALLER, timezone.now(), Pasted(**body) if body else None)
        except NotAllowed as refused:
            raise _refusal(refused) from None
        return Response(SignupSerializer(signup).data, status.HTTP_201_CREATED)

    @extend_schema(request=SessionBody, responses=SignupSerializer)
    @action(detail=True, methods=["post"])
    def session(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What Meta's window told of account and number, or that it was closed."""
        signup, body = self.get_object(), self.read(SessionBody, request.data)
        ids = {name: body[name] for name in ("waba_id", "phone_number_id", "business_id") if name in body}
        told = {"event": body.get("event") or entry.FINISHED, "data": body.get("data", {}) | ids}
        return self._answer(lambda: entry.take_session(signup, told, CALLER, timezone.now()))

    @extend_schema(request=CodeBody, responses=SignupSerializer)
    @action(detail=True, methods=["post"])
    def code(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Exchanges the code of Meta's window, before this call answers: it lives 30 seconds."""
        signup, body = self.get_object(), self.read(CodeBody, request.data)
        given = body["code"], body["state"], CALLER, timezone.now(), body["user_id"]
        return self._answer(lambda: entry.take_code(signup, *given))

    @extend_schema(request=StepRetryBody, responses=SignupSerializer)
    @action(detail=True, methods=["post"], url_path="steps/<slug:name>/retry")
    def retry(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Tries one step again, alone; ``code`` asks for another answer of Meta's window."""
        signup, values = self.get_object(), self.read(StepRetryBody, request.data)
        return self._answer(lambda: entry.retry(signup, kwargs["name"], values, CALLER, timezone.now()))

    @extend_schema(request=None, responses=SignupSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Gives it up; what was told is forgotten."""
        signup = self.get_object()
        return self._answer(lambda: entry.give_up(signup, CALLER, timezone.now()))

    def _answer(self, act: Any) -> Response:
        try:
            act()
        except NotAllowed as refused:
            raise _refusal(refused) from None
        return Response(SignupSerializer(self.get_object()).data)


def _refusal(refused: NotAllowed) -> Exception:
    if field := FIELDS.get(refused.problem):
        return serializers.ValidationError({field: refused.sentence})
    return Conflict(refused.sentence, refused.problem)
