"""A row of the customer list as markup, in one pass: a page has fifty, and a template asks forty names each."""

import functools

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import words as said
from core.markup import format_html, format_html_join
from core.templatetags import words
from customers.models import NextStep

NONE = format_html('<span class="muted">{}</span>', said.NOTHING)
OWN = format_html(' class="{}"', "hide-phone")  # a phone says nothing of one's own customers' owner
OOB = format_html(' hx-swap-oob="{}"', "true")
HEAD = (
    '<tr id="row-{pk}" data-row{oob}><td class="tick"><label><input type="checkbox" class="pick" name="ids" '
    'value="{pk}" form="bulk"><span class="sr">{select}</span></label></td><th class="main" scope="row">'
    '<a href="%(customer)s?in={here}" data-open><b>{name}</b></a>{archived}</th>'
)
CELL = 'data-cell hx-get="%(cell)s?field={field}" hx-target="closest td" hx-swap="innerHTML"'
TAG = '<td><a class="cell-in" href="%(bulk)s?do=tag&amp;ids={pk}" ' + CELL + ' data-key="e">{tag}</a></td>'
AMOUNT = '<td class="num amt" data-value="{raw}">{amount}</td>'
WHY = (
    '<details class="why"><summary class="{css}" title="{sum}">{words}</summary><p class="small">{sum}</p></details>'
)
STEP = '<td class="full"><a class="cell-in" href="%(shift)s" ' + CELL + ">{said}</a></td>"
NO_STEP = '<td class="full"><a class="cell-in" href="%(new)s" data-dialog>{said}</a></td>'
OWN_CELL = '<td{css}{label}><a class="cell-in" href="%(own)s" ' + CELL + ">{text}</a></td>"
OWNER = '<td{css}><a class="cell-in" href="%(bulk)s?do=assign&amp;ids={pk}" ' + CELL + ">{owner}</a></td>"


@functools.cache
def _with_addresses(pattern):
    """The pattern with the addresses every row repeats; what is another in each is left open."""
    of_row = {"customer": "customer", "cell": "customers:cell", "new": "customers:step_new"}
    urls = {name: reverse(url, args=[0]).replace("0", "{pk}") for name, url in of_row.items()}
    urls["own"] = reverse("customers:own", args=[0, "slug"]).replace("0", "{pk}").replace("slug", "{slug}")
    urls["shift"] = reverse("customers:step_shift", args=[0]).replace("0", "{step}")
    return pattern % (urls | {"bulk": reverse("customers:bulk")})


def row_html(row, user, *, shown, here="", oob=False):
    """One row (customers.listing.Row) in the columns `shown`. `here` is the list's query string, escaped for a link,
    which the customer's page goes back to; `oob` replaces the row that is on the page."""
    customer, pk, hidden = row.customer, str(row.customer.pk), shown.less
    found = [
        format_html(
            _with_addresses(HEAD), pk=pk, here=here, name=customer.name, oob=OOB if oob else "",
            select=_("Select %(name)s") % {"name": customer.name}, archived=_archived() if customer.archived_at else "",
        )
    ]
    if "tag" not in hidden:
        found.append(format_html(_with_addresses(TAG), pk=pk, field="tag", tag=words.tag(customer.tag)))
    if "stage" not in hidden:
        found += [format_html("<td>{}</td>", cell) for cell in row.cells]
    if "amount" not in hidden:
        has_money = customer.open_deals and customer.open_amount
        amount = words.money(customer.open_amount) if has_money else NONE
        found.append(format_html(AMOUNT, raw=customer.open_amount, amount=amount))
    if "contact" not in hidden:
        found.append(_contact_cell(row))
    if "next" not in hidden:
        step = row.step
        pattern = _with_addresses(STEP if step else NO_STEP)
        about = {"step": str(step.pk), "field": format_html("day&amp;step={}", step.pk)} if step else {}
        found.append(format_html(pattern, pk=pk, said=_next(row), **about))
    if "owner" not in hidden:
        found.append(_owner(customer, user))
    found += [_more(cell, pk) for cell in row.more]
    return format_html("{}</tr>", format_html_join("", "{}", ((part,) for part in found)))


def _archived():
    return format_html(' <span class="muted small">{}</span>', _("archived"))


def _contact_cell(row):
    """A phone says what the days are of, where they do not say it themselves."""
    said_so = row.quiet.state in ("quiet", "planned")
    label = "" if said_so else format_html(' data-label="{}"', _("Last contact"))
    return format_html('<td title="{}"{}>{}</td>', row.sum, label, _contact(row))


def _contact(row):
    if row.quiet.state in ("quiet", "planned"):
        css = "late" if row.quiet.state == "quiet" else "soon"
        return format_html(WHY, css=css, words=row.words, sum=row.sum)
    if row.ago is None:
        return format_html('<span class="muted">{}</span>', _("never"))
    return words.days(row.ago) if row.ago else _("Today")


def _next(row):
    step = row.step
    if not step:
        return format_html('<span class="soon">{}</span>', _("No next step")) if row.customer.open_deals else NONE
    if row.overdue_days:
        late = ngettext("Next step %(d)s day overdue", "Next step %(d)s days overdue", row.overdue_days)
        return format_html('<span class="late">{}</span>', late % {"d": row.overdue_days})
    if step.kind == NextStep.Kind.WAITING:
        return format_html(_("With the customer until %(date)s") % {"date": "{}"}, words.day_plain(step.due_on))
    return format_html("{} {}", words.day_dense(step.due_on), step.text)


def _more(cell, pk):
    """An added column; a custom field is edited where it stands."""
    if cell.one is None:
        return format_html("<td>{}</td>", cell.text or said.NOTHING)
    label = format_html(' data-label="{}"', cell.one.words)
    css = format_html(' class="{}"', "full" if cell.text else "hide-phone")
    return format_html(
        _with_addresses(OWN_CELL), pk=pk, slug=cell.one.slug, field=cell.one.slug, label=label, css=css,
        text=cell.text or NONE,
    )


def _owner(customer, user):
    name, css = customer.owner.name if customer.owner else "", OWN if customer.owner_id == user.pk else ""
    if user.is_rep:
        return format_html("<td{}>{}</td>", css, name or said.NOTHING)
    owner = name or format_html('<span class="muted">{}</span>', _("nobody"))
    return format_html(_with_addresses(OWNER), pk=str(customer.pk), field="owner", css=css, owner=owner)
