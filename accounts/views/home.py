"""`/` leads to the first page of each role (ux §2.1)."""

from django.shortcuts import redirect

HOMES = {"rep": "today", "manager": "team", "support": "collaboration:queue", "admin": "setup"}


def home(request):
    return redirect(HOMES[request.user.role])
