"""Meta's bodies for a template that it does not take."""

from ...errors import GraphError

TITLES = {
    2388001: "Message template name is not valid",
    2388023: "Message template language is being deleted",
    2388024: "Content in This Language Already Exists",
    2388039: "Message template components are not valid",
    2388040: "Character Limit Exceeded",
    2388047: "Message Header Format Is Incorrect",
    2388049: "Message template language is not supported",
    2388072: "Message Body Format Is Incorrect",
    2388073: "Message Footer Format Is Incorrect",
    2388293: "Parameters Words Ratio Exceeds Limit",
    2388299: "Leading or Trailing Parameters Are Not Allowed",
}


def refused(reason: str, subcode: int | None = None) -> GraphError:
    """100 with the sentences that people are shown."""
    title = TITLES.get(subcode or 0, "Message template could not be saved")
    words = {"error_user_title": title, "error_user_msg": reason}
    return GraphError(100, message="Invalid parameter", subcode=subcode, extra=words)


def wrong_type(param: str, wanted: str) -> GraphError:
    """100 without a subcode: the parameter is not what Graph API reads."""
    return GraphError(100, message=f"(#100) Param {param} must be {wanted}.")


def duplicate() -> GraphError:
    return refused("There is already content in this language for this template.", 2388024)
