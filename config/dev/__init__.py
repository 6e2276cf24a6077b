"""The developer's platform: servers from wheels, the supervisor of ``make run``, demonstration data, checks.

Production neither imports this package nor installs what it needs (requirements-dev.txt).
"""
