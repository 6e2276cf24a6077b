"""The admin of jobs, appointments, texts and of what beat runs."""

from notifications.admin import appointments, codes, daily, jobs, reception, schedule, texts

__all__ = ["appointments", "codes", "daily", "jobs", "reception", "schedule", "texts"]
