"""The admin of companies, people, connections and contacts."""

from tenants.admin import companies, connections, contacts, people

__all__ = ["companies", "connections", "contacts", "people"]
