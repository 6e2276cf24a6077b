"""A Meta of our own, for development: Graph API, signed webhooks, the customer's phone, faults on demand.

It runs as its own process (`python -m whatsapp.simulator --help`) with its own small SQLite store, imports nothing else
of Recado, and refuses to start in staging or production. Its reading of Meta's rules is its own: testing the product
against a stand-in that shares the product's opinions would prove nothing.

    server.py     sockets and HTTP        simulator.py  one object that holds the parts
    graph/        what graph.facebook.com answers, one module a node
    rules/        what Meta refuses       errors.py     with which body
    rows/         what it remembers       store.py      in which file
    outbox.py     webhooks: queued, signed, delivered, tried again
    control/      /sim/…: play the customer, make accounts, break things
    page/         the customer's phone
"""
