"""Forms as a browser would send them: read from the page, filled in plausibly, with the page's own key and version."""

import datetime as dt
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.utils import timezone

from tests.cast import key


class Reader(HTMLParser):
    """Every form of a page: its address, and [(name, type, value, options, is it required)] of its fields."""

    def __init__(self):
        super().__init__()
        self.forms, self.links, self.form, self.select, self.area = [], [], None, None, None
        self.loose = {}  # fields outside their form, tied to it by form="id"

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        for name in ("href", "hx-get"):
            if a.get(name):
                self.links.append(a[name])
        if tag == "form":
            self.form = {"action": a.get("action") or a.get("hx-post") or "", "method": a.get("method", "get").lower(),
                         "post": a.get("hx-post", ""), "fields": []}
            self.forms.append(self.form)
        elif self.form is None:
            return
        elif tag == "input" and a.get("name"):
            kind = a.get("type", "text")
            unsaid = "on" if kind in ("checkbox", "radio") else ""  # what a browser sends for a box without a value
            self.form["fields"].append(
                (a["name"], kind, a.get("value", unsaid), "checked" in a, "required" in a)
            )
        elif tag == "select" and a.get("name"):
            self.select = (a["name"], [], "required" in a)
        elif tag == "option" and self.select:
            self.select[1].append((a.get("value", ""), "selected" in a))
        elif tag == "textarea" and a.get("name"):
            self.area = [a["name"], "", "required" in a]

    def handle_data(self, data):
        if self.area:
            self.area[1] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select" and self.select and self.form:
            name, options, required = self.select
            chosen = next((value for value, on in options if on), options[0][0] if options else "")
            if required and not chosen:
                chosen = next((value for value, _on in options if value), "")
            self.form["fields"].append((name, "select", chosen, True, required))
            self.select = None
        elif tag == "textarea" and self.area and self.form:
            name, text, required = self.area
            self.form["fields"].append((name, "textarea", text, True, required))
            self.area = None


def read(html):
    reader = Reader()
    reader.feed(html)
    return reader


def values_of(form):
    """The form's values, what is required filled in."""
    day = timezone.localdate() + dt.timedelta(days=3)
    made = {"date": day.isoformat(), "number": "5", "email": "gate@example.cn", "time": "10:00",
            "datetime-local": f"{day}T10:00", "url": "https://gate.example", "tel": "13800009999"}
    found, radios = {}, {}
    for name, kind, value, checked, required in form["fields"]:
        if kind in ("submit", "button", "file", "image", "reset"):
            continue
        if kind in ("checkbox", "radio"):
            if kind == "radio":
                radios.setdefault(name, value)
            if checked:
                found.setdefault(name, []).append(value)
            continue
        if not value and required:
            value = made.get(kind, "闸门 5")
        found.setdefault(name, []).append(value)
    for name, value in radios.items():
        found.setdefault(name, [value])
    found.pop("csrfmiddlewaretoken", None)
    found["key"] = [key()]
    return found


def form_at(html, path):
    """The values of the page's POST form that leads to `path`, or None."""
    want = urlsplit(path).path
    for form in read(html).forms:
        action = form["post"] or form["action"] or want
        if (form["method"] == "post" or form["post"]) and urlsplit(urljoin(path, action)).path == want:
            return values_of(form)
    return None
