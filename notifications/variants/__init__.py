"""Which of a kind's approved texts speaks for a message: chosen by what customers did with the ones before.

``bandit`` decides, knowing nothing of rows; ``choosing`` asks it for a batch of due messages; ``counting`` keeps what
became of each text; ``stopping`` takes one out that customers refuse.
"""
