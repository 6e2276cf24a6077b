"""How much was sent and received, how it arrived, and how long customers waited, by the days of the company's zone.

``counting`` keeps the counts, ``days`` knows which of them are out of date, ``figures`` reads them.
"""
