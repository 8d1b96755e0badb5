"""Exports of other systems by the names of their columns: Salesforce, HubSpot, Pipedrive, Odoo (M1).

The names are the field labels those systems write into their exports in English. Nothing is made up: a column that has
no place here is listed as left out, a row that lacks what is required is told, and a name in two cells, an address in
five, or a stage that stands beside a status become one cell by the rules below. Words of stages and owners are settled
by the person on the page that follows.
"""

from dataclasses import dataclass, field

from exchange.matching import header_key

WON = ("closed won", "won", "closedwon")
LOST = ("closed lost", "lost", "closedlost")
YUAN = ("", "cny", "rmb", "¥", "cn¥", "chinese yuan", "yuan", "人民币")
YES = ("true", "1", "yes", "y")
LIKELY = {"stage": {word: "won" for word in WON} | {word: "lost" for word in LOST}}


@dataclass(frozen=True)
class Known:
    """One kind of export. `marks` are columns that only it has; `columns` {header: field} are taken as they are,
    `rules` {field: (rule, *headers)} are made of several."""

    system: str
    what: str
    sheet: str
    marks: tuple
    columns: dict
    rules: dict = field(default_factory=dict)

    @property
    def name(self):
        return f"{self.system} · {self.what}"


def fits(cells):
    """The Known whose marks all stand in this header row, or None."""
    keys = {header_key(cell) for cell in cells}
    return next((one for one in KNOWN if keys >= {header_key(mark) for mark in one.marks}), None)


def columns_of(known, header):
    """({index: field}, [(field, rule, indexes)]) of a header row; a rule needs one of its columns."""
    place = {}
    for index, cell in enumerate(header):
        place.setdefault(header_key(cell), index)
    made, columns = [], {}
    for name, (rule, *headers) in known.rules.items():
        found = [place.get(header_key(one)) for one in headers]
        there = [index for index in found if index is not None]
        if len(there) == 1 and rule in OF_ONE:
            columns[there[0]] = name
        elif there:
            made.append((name, rule, found))
    ruled = {name for name, _rule, _found in made}
    for one, name in known.columns.items():
        index = place.get(header_key(one))
        if index is not None and name not in (*ruled, *columns.values()) and index not in columns:
            columns[index] = name
    return columns, made


def _names(first, last):
    """Latin names are written Ada Lovelace, Chinese ones 李强."""
    return f"{last}{first}" if (first + last) and not (first + last).isascii() else f"{first} {last}".strip()


def _lines(*parts):
    return ", ".join(part for part in parts if part)


def _first(*parts):
    return next((part for part in parts if part), "")


def _closed(status, stage):
    """A status of won or lost says more than the stage it was won or lost in."""
    return status if status.casefold() in WON + LOST else stage


def _if_won(stage, day):
    return day if stage.casefold() in WON else ""


def _money(amount, currency):
    """An amount in another currency keeps its name, so that it is asked about."""
    return amount if not amount or currency.casefold() in YUAN else f"{currency} {amount}"


def _company(is_company, name, parent):
    return name if is_company.casefold() in YES else parent


def _person(is_company, name):
    return "" if is_company.casefold() in YES else name


RULES = {
    "names": _names, "lines": _lines, "first": _first, "closed": _closed, "if won": _if_won, "money": _money,
    "company": _company, "person": _person,
}  # fmt: skip


OF_ONE = ("names", "lines", "first", "closed", "money")  # of one column alone they are that column


def make(rule, texts):
    return RULES[rule](*(text.strip() for text in texts))


KNOWN = [
    Known(
        "Salesforce", "Opportunities", "stage-progress", ("Opportunity Name", "Account Name", "Stage"),
        {
            "Opportunity Name": "deal", "Account Name": "customer", "Stage": "stage", "Close Date": "expected_close",
            "Opportunity Owner": "owner", "Next Step": "key_action", "Loss Reason": "lost_reason",
            "Industry": "industry", "Employees": "size_text", "Contact": "contact",
        },
        {"amount": ("money", "Amount", "Amount Currency"), "signed_on": ("if won", "Stage", "Close Date")},
    ),
    Known(
        "Salesforce", "Contacts", "customers", ("Last Name", "Account Name"),
        {
            "Account Name": "customer", "Title": "position", "Email": "email", "Lead Source": "source",
            "Contact Owner": "owner", "Account Owner": "owner", "Description": "notes", "Contact Description": "notes",
        },
        {
            "contact": ("names", "First Name", "Last Name"), "phone": ("first", "Mobile", "Phone"),
            "address": ("lines", "Mailing Street", "Mailing City", "Mailing State/Province",
                        "Mailing Zip/Postal Code", "Mailing Country"),
        },
    ),
    Known(
        "Salesforce", "Accounts", "customers", ("Account Name", "Account Owner"),
        {
            "Account Name": "customer", "Account Owner": "owner", "Industry": "industry", "Employees": "size_text",
            "Phone": "phone", "Website": "website", "Account Source": "source", "Description": "notes",
            "Account Description": "notes",
        },
        {
            "revenue": ("money", "Annual Revenue", "Annual Revenue Currency"),
            "address": ("lines", "Billing Street", "Billing City", "Billing State/Province",
                        "Billing Zip/Postal Code", "Billing Country"),
        },
    ),
    Known(
        "HubSpot", "Deals", "stage-progress", ("Deal Name", "Deal Stage"),
        {
            "Deal Name": "deal", "Associated Company": "customer", "Associated Company (Primary)": "customer",
            "Company Name": "customer", "Deal Stage": "stage", "Close Date": "expected_close", "Deal owner": "owner",
            "Next step": "key_action", "Closed Lost Reason": "lost_reason", "Associated Contact": "contact",
        },
        {"amount": ("money", "Amount", "Currency"), "signed_on": ("if won", "Deal Stage", "Close Date")},
    ),
    Known(
        "HubSpot", "Contacts", "customers", ("Record ID", "First Name", "Last Name"),
        {
            "Email": "email", "Job Title": "position", "Contact owner": "owner", "Industry": "industry",
            "Original Source": "source", "Website URL": "website",
        },
        {
            "customer": ("first", "Company Name", "Associated Company"),
            "contact": ("names", "First Name", "Last Name"),
            "phone": ("first", "Mobile Phone Number", "Phone Number"),
            "address": ("lines", "Street Address", "City", "State/Region", "Postal Code", "Country/Region"),
        },
    ),
    Known(
        "HubSpot", "Companies", "customers", ("Record ID", "Company name"),
        {
            "Company name": "customer", "Company owner": "owner", "Industry": "industry", "Phone Number": "phone",
            "Number of Employees": "size_text", "Annual Revenue": "revenue", "Description": "notes",
            "Original Source Type": "source",
        },
        {
            "website": ("first", "Website URL", "Company Domain Name"),
            "address": ("lines", "Street Address", "City", "State/Region", "Postal Code", "Country/Region"),
        },
    ),
    Known(
        "Pipedrive", "Deals", "stage-progress", ("Deal - Title",),
        {
            "Deal - Title": "deal", "Deal - Owner": "owner", "Deal - Expected close date": "expected_close",
            "Deal - Lost reason": "lost_reason", "Deal - Won time": "signed_on",
        },
        {
            "customer": ("first", "Deal - Organization", "Organization", "Organization - Name"),
            "contact": ("first", "Deal - Contact person", "Contact person", "Person - Name"),
            "phone": ("first", "Person - Phone", "Person - Phone - Work", "Person - Phone - Mobile"),
            "stage": ("closed", "Deal - Status", "Deal - Stage"),
            "amount": ("money", "Deal - Value", "Deal - Currency of value"),
        },
    ),
    Known(
        "Pipedrive", "People", "customers", ("Person - Name",),
        {"Person - Name": "contact", "Person - Owner": "owner", "Person - Job title": "position"},
        {
            "customer": ("first", "Person - Organization", "Organization name", "Organization"),
            "email": ("first", "Person - Email", "Person - Email - Work", "Person - Email - Other"),
            "phone": ("first", "Person - Phone - Mobile", "Person - Phone", "Person - Phone - Work"),
        },
    ),
    Known(
        "Pipedrive", "Organizations", "customers", ("Organization - Name",),
        {
            "Organization - Name": "customer", "Organization - Owner": "owner", "Organization - Address": "address",
            "Organization - Industry": "industry", "Organization - Website": "website", "Person name": "contact",
            "Organization - Employee count": "size_text", "Organization - Annual revenue": "revenue",
        },
    ),
    Known(
        "Odoo", "CRM", "stage-progress", ("Opportunity", "Expected Revenue", "Stage"),
        {
            "Opportunity": "deal", "Contact Name": "contact", "Stage": "stage", "Expected Closing": "expected_close",
            "Salesperson": "owner", "Lost Reason": "lost_reason",
        },
        {
            "customer": ("first", "Company Name", "Customer"), "phone": ("first", "Mobile", "Phone"),
            "amount": ("money", "Expected Revenue", "Currency"), "signed_on": ("if won", "Stage", "Closed Date"),
        },
    ),
    Known(
        "Odoo", "Contacts", "customers", ("Name", "Is a Company"),
        {"Job Position": "position", "Email": "email", "Website": "website", "Salesperson": "owner", "Notes": "notes",
         "Industry": "industry"},
        {
            "customer": ("company", "Is a Company", "Name", "Related Company"),
            "contact": ("person", "Is a Company", "Name"), "phone": ("first", "Mobile", "Phone"),
            "address": ("lines", "Street", "Street2", "City", "State", "Zip", "Country"),
        },
    ),
]  # fmt: skip
