"""REST, version 1: what tenants' systems call. One module a resource; urls.py lists every route."""
