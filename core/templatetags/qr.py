"""{% qr text label %}: a QR code drawn in the page."""

from django import template
from django.utils.html import format_html

from core.qr import code_of

register = template.Library()


@register.simple_tag
def qr(text, label):
    code = code_of(str(text))
    return format_html(
        '<svg class="qr" role="img" aria-label="{}" viewBox="0 0 {} {}" width="200" height="200" '
        'shape-rendering="crispEdges"><path d="{}"/></svg>',
        label, code.side, code.side, code.path,
    )  # fmt: skip
