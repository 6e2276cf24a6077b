"""A text of which nothing but the request to the provider may know."""

MASK = "••••••"


class Secret(str):
    """Goes to the provider as it is; rows, logs and whoever prints it get MASK in its place.

    The mask stands for any length, so that it tells nothing.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(MASK)
