"""A browser without scripts, made of the standard library: reads forms as they are printed and sends them back."""

import http.cookiejar
import urllib.error
import urllib.parse
import urllib.request
import uuid
from html.parser import HTMLParser


class Form:
    """One form of a page: where it goes, its fields as printed, its files."""

    def __init__(self, attributes):
        self.action = attributes.get("action", "")
        self.method = attributes.get("method", "get").lower()
        self.multipart = "multipart" in attributes.get("enctype", "")
        self.fields = []  # (name, value), in order
        self.choices = {}  # name → values offered
        self.files = {}

    def set(self, **values):
        """Set fields by name; a list sets several; None leaves the field out."""
        for name, value in values.items():
            self.fields = [(key, old) for key, old in self.fields if key != name]
            many = value if isinstance(value, list) else [value]
            self.fields += [(name, one) for one in many if one is not None]
        return self

    def value(self, name):
        return next((value for key, value in self.fields if key == name), None)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self.form, self.by_id = [], None, {}
        self.area = self.select = None
        self.text = []

    def handle_starttag(self, tag, attrs):
        a = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.form = Form(a)
            self.forms.append(self.form)
            self.by_id[a.get("id", "")] = self.form
        form = self.by_id.get(a["form"], self.form) if "form" in a else self.form
        if form is None:
            return
        name = a.get("name")
        if tag == "textarea" and name:
            self.area = (form, name, [])
        elif tag == "select" and name:
            self.select = (form, name, "multiple" in a, [])
        elif tag == "option" and self.select:
            self.select[3].append((a.get("value", ""), "selected" in a))
        elif tag == "input" and name:
            kind = a.get("type", "text")
            form.choices.setdefault(name, []).append(a.get("value", "on"))
            if kind in ("checkbox", "radio"):
                if "checked" in a:
                    form.fields.append((name, a.get("value", "on")))
            elif kind not in ("submit", "button", "file", "image"):
                form.fields.append((name, a.get("value", "")))

    def handle_data(self, data):
        if self.area:
            self.area[2].append(data)
        self.text.append(data)

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "textarea" and self.area:
            form, name, text = self.area
            form.fields.append((name, "".join(text).removeprefix("\n")))
            self.area = None
        elif tag == "select" and self.select:
            form, name, many, options = self.select
            chosen = [value for value, on in options if on]
            if not chosen and not many and options:
                chosen = [options[0][0]]
            form.fields += [(name, value) for value in chosen]
            form.choices[name] = [value for value, _ in options]
            self.select = None


class Browser:
    """Cookies, redirects, and the page last shown: `url`, `status`, `html`, `text`, `forms`."""

    def __init__(self, base):
        self.base = base
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def get(self, path):
        return self._show(urllib.request.Request(urllib.parse.urljoin(self.base, path)))

    def form(self, part="", *, containing=""):
        """The form whose action contains `part` and that has the field `containing`."""
        for form in self.forms:
            named = not containing or containing in form.choices or form.value(containing) is not None
            if part in form.action and named:
                return form
        raise AssertionError(f"no form for {part!r} on {self.url}: {[form.action for form in self.forms]}")

    def send(self, form, **values):
        form.set(**values)
        url = urllib.parse.urljoin(self.url, form.action or self.url)
        if form.method == "get":
            return self.get(f"{url.partition('?')[0]}?{urllib.parse.urlencode(form.fields)}")
        if form.files or form.multipart:
            body, kind = _multipart(form)
        else:
            body, kind = urllib.parse.urlencode(form.fields).encode(), "application/x-www-form-urlencoded"
        request = urllib.request.Request(url, data=body, headers={"Content-Type": kind, "Referer": self.url})
        return self._show(request)

    def _show(self, request):
        try:
            answer = self.opener.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        self.status, self.url, self.raw = answer.status, answer.url, answer.read()
        self.html = self.raw.decode("utf-8", "replace")
        reader = _Reader()
        reader.feed(self.html)
        self.forms, self.text = reader.forms, " ".join(" ".join(reader.text).split())
        return self


def _multipart(form):
    edge = uuid.uuid4().hex
    parts = []
    for name, value in form.fields:
        parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, (filename, data) in form.files.items():
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + data + b"\r\n")
    return b"".join(parts) + f"--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"
