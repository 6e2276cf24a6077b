"""Who in this app hears of webhook events; importing them subscribes them."""

from notifications import delivery_reports, moves, optout, preferences, reception, replies
from notifications.analytics import days
from notifications.events import webhook_handlers as tenant_events

__all__ = ["days", "delivery_reports", "moves", "optout", "preferences", "reception", "replies", "tenant_events"]
