"""What beat runs, in the admin's own style; of the platform's team alone."""

from django.contrib import admin
from django_celery_beat import admin as beat
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from tenants.adminbase import PLATFORM, PlatformOnlyMixin, Scoped


class TaskSelect(UnfoldAdminSelectWidget, beat.TaskSelectWidget):
    """The library's list of tasks in our clothes."""


class TaskForm(beat.PeriodicTaskForm):
    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = TaskSelect()


for model in (PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule):
    admin.site.unregister(model)


class ScheduleAdmin(PlatformOnlyMixin, Scoped, ModelAdmin):
    changing = adding = deleting = PLATFORM


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(PlatformOnlyMixin, Scoped, beat.PeriodicTaskAdmin, ModelAdmin):
    form = TaskForm
    change_form_template = None  # the library's own adds an inline script, which our pages do not run
    changing = adding = deleting = PLATFORM


@admin.register(IntervalSchedule, SolarSchedule)
class PlainScheduleAdmin(ScheduleAdmin):
    """Schedules that say all by their name."""


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(PlatformOnlyMixin, Scoped, beat.CrontabScheduleAdmin, ModelAdmin):
    changing = adding = deleting = PLATFORM


@admin.register(ClockedSchedule)
class ClockedScheduleAdmin(PlatformOnlyMixin, Scoped, beat.ClockedScheduleAdmin, ModelAdmin):
    changing = adding = deleting = PLATFORM
