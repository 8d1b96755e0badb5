"""Context words no password may consist of, beside the common list (reliability §6.2)."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.text import plain

WORDS = (
    "salesflow", "sales", "manager", "support", "administrator", "admin", "xiaoshou", "password",
    "销售", "经理", "管理员",
)  # fmt: skip


class ContextWords:
    def validate(self, password, user=None):
        rest = plain(password)
        for word in WORDS:
            rest = rest.replace(word, "")
        if len(re.sub(r"[\W\d_]+", "", rest)) < 4 and len(rest) < len(password) - 3:
            text = _("This password is too easy to guess for somebody who knows the product.")
            raise ValidationError(text, "context")

    def get_help_text(self):
        return _("Do not build the password from the name of the product or of a role.")
