"""Answers that are not a page of the product (S22). Written by the look of the house; see templates/errors/."""

from django.shortcuts import render


def csrf_failure(request, reason=""):
    return render(request, "errors/403.html", {"stale_form": True}, status=403)
