"""{% translate %} and {% url %} as Django has them, with what never changes kept: a page prints some hundred of them.

Registered as builtins after Django's own, whose places they take. `path` makes the same addresses in Python.
"""

import functools

from django import template
from django.conf import settings
from django.template.base import FilterExpression
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as url_of_django
from django.templatetags.i18n import TranslateNode, do_translate
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.translation import get_language

register = template.Library()
NUMBER = 7131000000000  # stands in a kept address for the key of a record; no other number holds these digits


class KeptWords(TranslateNode):
    """Words of the template itself are the same at each request of a language."""

    def __init__(self, node):
        super().__init__(node.filter_expression, node.noop, node.asvar, node.message_context)
        self.kept, self.told = {}, TranslateNode(node.filter_expression, node.noop, None, node.message_context)

    def render(self, context):
        language = get_language()
        words = self.kept.get(language)
        if words is None:
            self.kept[language] = words = self.told.render(context)
        if self.asvar:
            context[self.asvar] = words
            return ""
        return words


@register.tag("translate")
@register.tag("trans")
def translate(parser, token):
    node = do_translate(parser, token)
    if isinstance(node, TranslateNode) and all(map(_is_said, (node.filter_expression, node.message_context))):
        return KeptWords(node)
    return node


def _is_said(expression):
    """Whether it is a text that stands in the template, without a filter."""
    if expression is None:
        return True
    if not isinstance(expression, FilterExpression) or expression.filters:
        return False
    return isinstance(expression.var, str) or isinstance(getattr(expression.var, "literal", None), str)


class KeptAddress(URLNode):
    """The address of a page by its name, with or without keys of records."""

    @property
    def name(self):
        said = self.view_name.var
        return said if isinstance(said, str) else said.literal

    def render(self, context):
        keys = [key.resolve(context) for key in self.args]
        return path(self.name, *keys) if all(map(_is_key, keys)) else super().render(context)


@register.tag
def url(parser, token):
    node = url_of_django(parser, token)
    if node.kwargs or node.asvar or not _is_said(node.view_name):
        return node
    return KeptAddress(node.view_name, node.args, node.kwargs, node.asvar)


def _is_key(value):
    return type(value) is int and 0 <= value < NUMBER


def path(name, *keys):
    """reverse(name, args=keys); of records' keys the address is worked out once."""
    if not all(map(_is_key, keys)):
        return reverse(name, args=keys)
    address = _pattern(get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), name, len(keys))
    for place, key in enumerate(keys):
        address = address.replace(str(NUMBER + place), str(key), 1)
    return address


@functools.cache
def _pattern(_urlconf, _prefix, name, many):
    return reverse(name, args=[NUMBER + place for place in range(many)])
