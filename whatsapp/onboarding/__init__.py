"""Connecting a number: Embedded Signup in both ways, and the manual way.

A signup is rows: what the browser hands over (``entry``), steps that run one after the other (``steps``, ``run``), and
what stopped them (``problems``). Nothing of a tenant's connection is written before the step ``save``, which writes all
of it at once, so that nothing is ever half-connected.
"""
