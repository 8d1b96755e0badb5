"""The sentences of what could not be done, by status: what is the matter, and the way on (S22)."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    400: (_("We can't read this request"), _("Go back and try again.")),
    403: (_("This page is not open to you"), _("It belongs to another role. Ask an admin if you need it.")),
    404: (_("We can't find this page"), _("It may have been moved, or it is not yours to see.")),
    405: (_("This address is not opened this way"), _("Go back and use the button again.")),
    409: (_("Somebody was faster"), _("This was changed a moment ago. Look at it again, then decide.")),
    413: (_("This file is too large"), _("The limit is 20 MB for a file, 10 MB for a workbook.")),
    415: (
        _("This kind of file is not taken"),
        _("Save it as xlsx or csv, or attach a PDF or an image."),
    ),
    422: (_("Not saved yet"), _("Something is missing or not right.")),
    429: (_("Too many tries"), _("Wait a little, then try again.")),
    500: (_("Our mistake. Try again."), _("It has been written down with the code below.")),
    503: (_("SalesFlow is being looked after"), _("It will be back in a few minutes.")),
}
