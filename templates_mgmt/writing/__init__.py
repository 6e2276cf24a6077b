"""Making, changing and taking away templates at Meta: claim, call, record, with no transaction open over the wire.

::

    write, rewrite, submit                         a new template, a change, the draft that was kept   (submission)
    delete, unpause, archive, unarchive            what is done to one that Meta has                   (acts)
    upload_header, check_example                   the example files of headers                        (examples)
    check, edits_left                              what hinders it now, how many changes are left      (judging)

Each raises NotWritten (``templates_mgmt.refusals``) and demands that no transaction is open.
"""

from templates_mgmt.writing.acts import ARCHIVABLE, archive, delete, unarchive, unpause
from templates_mgmt.writing.examples import MB, check_example, upload_header
from templates_mgmt.writing.judging import check, edits_left
from templates_mgmt.writing.submission import rewrite, submit, write

__all__ = [
    "ARCHIVABLE",
    "MB",
    "archive",
    "check",
    "check_example",
    "delete",
    "edits_left",
    "rewrite",
    "submit",
    "unarchive",
    "unpause",
    "upload_header",
    "write",
]
