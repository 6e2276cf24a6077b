"""WhatsApp's marks as HTML: *bold*, _italic_, ~struck~, ```as typed```, and links; all else as it was typed."""

import re

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

# What stands whole: no mark counts inside it.
WHOLE = re.compile(
    r"```(?P<code>.+?)```|(?P<link>https?://[^\s<>\"]*[^\s<>\".,;:!?'*_~)\]}])", re.DOTALL | re.IGNORECASE
)
# A mark counts only at a word's edge, and within one line.
MARKS = tuple(
    (re.compile(rf"(?<![\w{mark}]){mark}(?=\S)([^{mark}\n]+?)(?<=\S){mark}(?![\w{mark}])"), tag)
    for mark, tag in ((re.escape("*"), "b"), ("_", "em"), ("~", "s"))
)
KEPT = re.compile("\x00(\\d+)\x00")


def to_html(text: str) -> SafeString:
    """``text`` as the customer's phone shows it; safe whatever it holds."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(_code(found["code"]) if found["code"] else _link(found["link"]))
        return f"\x00{len(kept) - 1}\x00"  # no stored text has a NUL

    html = str(conditional_escape(WHOLE.sub(keep, text.replace("\x00", ""))))
    for pattern, tag in MARKS:
        html = pattern.sub(rf"<{tag}>\1</{tag}>", html)
    return mark_safe(KEPT.sub(lambda found: kept[int(found[1])], html))  # noqa: S308 - escaped, and only our own tags


def _code(text: str) -> str:
    return format_html("<code>{}</code>", text.strip("\n"))


def _link(address: str) -> str:
    return format_html('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>', address)
