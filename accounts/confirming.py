"""Dangerous deeds ask again who does them: restore, everything taken out, rights, tokens, how people sign in.

A page whose every use is dangerous carries `reauthentication_required` of allauth; a deed on a page that is harmless
otherwise calls confirmed(). Fifteen minutes (ACCOUNT_REAUTHENTICATION_TIMEOUT); what was sent is kept meanwhile.
"""

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required


def confirmed(request):
    """Go on only when he confirmed lately that it is he; else he is led there, and what he sent is done afterwards."""
    raise_if_reauthentication_required(request, app="")
