"""Why no template can say it now."""

from collections.abc import Mapping
from typing import Any

WAITING = frozenset({"template_waiting", "template_lost", "mapping_broken"})


class MappingProblem(Exception):
    """No approved template can say it now.

    ``code`` is ``no_mapping``, ``no_code_template``, ``template_missing``, ``template_not_approved`` (detail
    ``status``) or ``variable_without_value`` (detail ``variable``, ``field``); and, where it passes without anybody
    writing anew, ``template_waiting`` (detail ``status``), ``template_lost`` or ``mapping_broken`` (detail
    ``variables``: the template has others than the mapping knows). ``detail`` holds what the sentence names.
    """

    def __init__(self, code: str, detail: Mapping[str, Any]) -> None:
        super().__init__(f"{code} {dict(detail)}")
        self.code = code
        self.detail = dict(detail)

    @property
    def passes(self) -> bool:
        """Meta may let it be sent again by itself, or a person mends the mapping: the message waits."""
        return self.code in WAITING
