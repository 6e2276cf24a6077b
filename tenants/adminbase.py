"""What every ModelAdmin of a tenant's rows shares: whose rows a person sees, and what its role lets it do there.

Platform staff (superusers) see and do all. Other people who may enter the admin (is_staff, members of tenants) see the
rows of their tenants, in lists, searches, filters, choices, history and actions alike, and act by their role there.
Django's own model permissions play no part.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import RelatedFieldListFilter
from django.contrib.admin.options import BaseModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import BinaryField, Field, ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from tenants import audit, roles, visits
from tenants.models import Member, Tenant

_ROLES = "_admin_roles"
PLATFORM = "platform"  # an act that no role of a company allows


def roles_of(request: HttpRequest) -> dict[Any, str]:
    """Tenant id -> role of the person, asked once a request."""
    if not hasattr(request, _ROLES):
        rows = Member.objects.filter(user_id=request.user.pk or 0).values_list("tenant_id", "role")
        setattr(request, _ROLES, dict(rows))
    return getattr(request, _ROLES)


def is_platform(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)


def tenants_of(request: HttpRequest) -> QuerySet[Tenant]:
    """The tenants whose rows the person sees."""
    rows = Tenant.objects.all()
    return rows if is_platform(request) else rows.filter(pk__in=roles_of(request))


def name_in_words(model: type[Model], one: Any, many: Any, **fields: Any) -> None:
    """Names of a library's model and its fields, which it has in English alone. Migrations do not look at these."""
    model._meta.verbose_name, model._meta.verbose_name_plural = one, many
    for field, words in fields.items():
        model._meta.get_field(field).verbose_name = words  # type: ignore[union-attr]


class Scoped(BaseModelAdmin):
    """Scoping and permissions, for admins and inlines alike.

    ``tenant_path`` leads from a row to its tenant (``"pk"``: the row is the tenant). ``changing``, ``adding`` and
    ``deleting`` name what a role must be allowed (tenants.roles) for it; None: nobody may, not even platform staff.
    """

    tenant_path = "tenant"
    changing: str | None = roles.MANAGE
    adding: str | None = roles.MANAGE
    deleting: str | None = roles.MANAGE

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return rows if is_platform(request) else rows.filter(**{f"{self.tenant_path}__in": list(roles_of(request))})

    def tenant_id_of(self, obj: Model) -> Any:
        """The tenant of a row (None: of the platform)."""
        value: Any = obj
        for name in self.tenant_path.split("__"):
            value = getattr(value, name, None)
        return getattr(value, "pk", value)

    def is_allowed(self, request: HttpRequest, action: str | None, obj: Model | None = None) -> bool:
        """By the role in the row's tenant; without a row, in any of the person's tenants."""
        if action is None or is_platform(request):
            return action is not None
        held = roles_of(request)
        concerned = held.values() if obj is None else [held.get(self.tenant_id_of(obj))]
        return any(roles.may(role, action) for role in concerned)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_allowed(request, roles.VIEW, _own(self, obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_allowed(request, self.changing, _own(self, obj))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_allowed(request, self.adding, _own(self, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_allowed(request, self.deleting, _own(self, obj))

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and field.queryset is not None:
            field.queryset = visible(field.queryset, request)
        return field


def _own(owner: Scoped, obj: Any) -> Model | None:
    """``obj`` where it is a row of the admin's model: an inline is asked with its parent, an action with an id."""
    return obj if isinstance(obj, owner.model) else None


def visible(rows: QuerySet, request: HttpRequest) -> QuerySet:
    """Of any model's rows those that the person may know of; of models without tenants none but for the platform."""
    if is_platform(request):
        return rows
    if rows.model is Tenant:
        return rows.filter(pk__in=list(roles_of(request)))
    if any(field.name == "tenant" for field in rows.model._meta.fields):
        return rows.filter(tenant__in=list(roles_of(request)))
    return rows.none()


class ScopedRelatedFilter(RelatedFieldListFilter):
    """A filter by a related row that names only rows of the person's tenants."""

    def field_choices(self, field: Field, request: HttpRequest, _model_admin: Any) -> Any:
        rows = visible(field.related_model._default_manager.all(), request)  # type: ignore[union-attr]
        return [(row.pk, str(row)) for row in rows[:200]]


class TenantFilter(admin.SimpleListFilter):
    """By company: only the person's own; without a choice to make it is not shown."""

    title = _("company")
    parameter_name = "company"

    def lookups(self, request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        rows = list(tenants_of(request))
        return [(str(row.pk), row.name) for row in rows] if len(rows) > 1 else []

    def queryset(self, request: HttpRequest, rows: QuerySet) -> QuerySet:
        known = {value for value, _name in self.lookup_choices}
        if self.value() is None:
            return rows
        return rows.filter(tenant=self.value()) if self.value() in known else rows.none()


class CodeFilter(admin.SimpleListFilter):
    """By a column that holds codes (``parameter_name``), which are offered in words."""

    def words(self) -> Mapping[str, Any]:
        raise NotImplementedError

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, Any]]:
        return [*self.words().items()]

    def queryset(self, _request: HttpRequest, rows: QuerySet) -> QuerySet:
        return rows.filter(**{str(self.parameter_name): self.value()}) if self.value() else rows


class SameTenantForm(ModelForm):
    """A form whose rows all belong to one tenant, also for people of several."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        own = values.get("tenant") or getattr(self.instance, "tenant", None)
        for name, value in values.items():
            if own is not None and isinstance(value, Model) and getattr(value, "tenant_id", own.pk) != own.pk:
                self.add_error(name, _("This belongs to another company."))
        return values


class TenantScopedAdmin(Scoped, ModelAdmin):
    """The base of every ModelAdmin of a tenant's rows."""

    form = SameTenantForm
    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True
    warn_unsaved_form = True
    list_filter_submit = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The tenant of a row never changes: what hangs on it would stay behind."""
        fields = super().get_readonly_fields(request, obj)
        return [*fields, "tenant"] if obj is not None and _has_tenant(self.model) and "tenant" not in fields else fields

    def render_change_form(self, request: HttpRequest, *args: Any, obj: Any = None, **kwargs: Any) -> HttpResponse:
        """A row that the platform's team opens is told in its tenant's trail."""
        tenant = Tenant.objects.filter(pk=self.tenant_id_of(obj)).first() if obj is not None else None
        if tenant and request.method == "GET":
            visits.note(request, tenant, timezone.now(), page=request.path, obj=obj)
        return super().render_change_form(request, *args, obj=obj, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A row is written for a tenant where the person may write it, and the audit trail says what was changed."""
        if not self.is_allowed(request, self.changing if change else self.adding, obj):
            raise PermissionDenied
        super().save_model(request, obj, form, change)
        if (form.changed_data or not change) and not audit.is_watched(type(obj)):
            self.note(request, obj, "changed" if change else "added", fields=form.changed_data)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        if not audit.is_watched(type(obj)):
            self.note(request, obj, "deleted")
        super().delete_model(request, obj)

    def note(self, request: HttpRequest, obj: Model, verb: str, **detail: Any) -> None:
        """A line of the audit trail, of the row's tenant."""
        tenant = Tenant.objects.filter(pk=self.tenant_id_of(obj)).first()
        audit.record(f"{obj._meta.model_name}.{verb}", tenant=tenant, actor=request.user, obj=obj, **detail)

    def chosen(self, request: HttpRequest, rows: QuerySet, action: str) -> QuerySet:
        """Of the rows chosen for an act those of tenants where the person's role allows it."""
        if is_platform(request):
            return rows
        held = [tenant for tenant, role in roles_of(request).items() if roles.may(role, action)]
        return rows.filter(**{f"{self.tenant_path}__in": held})

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return self.is_allowed(request, roles.OPERATE)

    def has_manage_permission(self, request: HttpRequest) -> bool:
        return self.is_allowed(request, roles.MANAGE)


class PlatformOnlyMixin:
    """Of the platform's team alone."""

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super(Scoped, self).get_queryset(request)  # type: ignore[misc]
        return rows if is_platform(request) else rows.none()

    def is_allowed(self, request: HttpRequest, action: str | None, obj: Model | None = None) -> bool:
        return action is not None and is_platform(request)


class ReadOnlyMixin:
    """Rows that only the code writes: seen, searched and filtered, never changed by hand."""

    changing: str | None = None
    adding: str | None = None
    deleting: str | None = None
    actions_on_top = True
    worded: ClassVar[dict[str, str]] = {}  # fields that hold codes -> columns that say them in words

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_readonly_fields(request, obj)

    def get_readonly_fields(self, _request: HttpRequest, _obj: Any = None) -> list[str]:
        """Everything that can be read; bytes (secrets, bodies that were not understood) cannot."""
        fields = self.model._meta.fields  # type: ignore[attr-defined]
        readable = [field.name for field in fields if not isinstance(field, BinaryField)]
        return [self.worded.get(name, name) for name in self.fields or readable]  # type: ignore[attr-defined]


class ScopedTabular(ReadOnlyMixin, Scoped, TabularInline):
    """Rows that hang on another, read only."""

    extra = 0
    can_delete = False
    show_change_link = False
    tab = True


def _has_tenant(model: type[Model]) -> bool:
    return any(field.name == "tenant" for field in model._meta.fields)
