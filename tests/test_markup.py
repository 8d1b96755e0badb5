"""Our own printing of markup says exactly what Django's says, for any part."""

import django.utils.html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from core import markup

parts = st.one_of(
    st.text(), st.integers(), st.none(), st.floats(), st.text().map(SafeString),
    st.just(gettext_lazy("Save")), st.text().map(lambda text: markup.format_html("<b>{}</b>", text)),
)


@given(st.lists(parts, min_size=3, max_size=3), parts)
def test_one_pattern(row, named):
    said = "<p {}>{}{one}</p>{}"
    assert markup.format_html(said, *row, one=named) == django.utils.html.format_html(said, *row, one=named)
    assert isinstance(markup.format_html(said, *row, one=named), SafeString)


@given(st.one_of(st.just(""), st.text()), st.lists(st.tuples(parts, parts), max_size=4))
def test_many_rows(between, rows):
    ours = markup.format_html_join(between, "<dt>{}</dt><dd>{}</dd>", rows)
    assert ours == django.utils.html.format_html_join(between, "<dt>{}</dt><dd>{}</dd>", rows)
    assert isinstance(ours, SafeString)


def test_what_a_person_typed_is_never_markup():
    assert markup.format_html('<a title="{}">', '"><script>') == '<a title="&quot;&gt;&lt;script&gt;">'
