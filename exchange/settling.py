"""Step 2 of the wizard: which column is which, who is who, and what unknown words mean (S6)."""

from accounts.models import Team
from exchange import known
from exchange.checking import Run
from exchange.models import ImportRow
from exchange.problems import Wrong, gettext_noop
from exchange.records import Record
from exchange.sheets import KEY, sheet_of
from exchange.spelling import AS_IS, ORDERS

TWICE = gettext_noop("Two columns are set to “%(column)s”.")
NO_TEAM = gettext_noop("Choose the team of the people to be created.")
MISSING = gettext_noop("No column is set to “%(column)s”.")


class Settling:
    """The questions of a batch, and the answers as they came in a form."""

    def __init__(self, batch, *, by, now):
        self.batch, self.run = batch, Run(batch, by=by, now=now)
        self.errors, self.given, self.matched_anew = [], {}, False

    @property
    def tables(self):
        """[{"table", "sheet", "columns": [{"name", "index", "header", "samples", "field"}]}]. The hidden key is none to
        choose: a page that asked for it would send it back as "not imported", and with it the sides of a conflict."""
        found = []
        for number, table in enumerate(self.batch.tables):
            columns = [
                {
                    "name": f"col-{number}-{index}",
                    "header": header,
                    "samples": table["samples"].get(str(index), []),
                    "is_part": index in table.get("parts", ()),
                    "field": table["columns"].get(str(index), ""),
                }
                for index, header in enumerate(table["header"])
                if (header.strip() or table["samples"].get(str(index))) and table["columns"].get(str(index)) != KEY
            ]
            sheet = sheet_of(table["slug"])
            found.append(
                {
                    "part": table["part"],
                    "sheet": sheet,
                    "columns": columns,
                    "fields": [c for c in sheet.all_columns if c.field != KEY],
                }
            )
        return found

    @property
    def people(self):
        """[{"name", "words", "user", "likely"}] of every name in a column of people."""
        names = dict.fromkeys(
            words
            for table in self.batch.tables
            for field, found in table.get("settle", {}).items()
            if sheet_of(table["slug"]).by_field[field].person
            for words in found
        )
        settled = self.batch.mapping.get("people", {})
        return [
            {
                "name": f"person-{n}",
                "words": words,
                "user": self.run.people.find(words),
                "settled": words in settled,
                "likely": self.run.people.likely(words),
                "make": f"make-{n}" if words not in settled and self.run.people.may_make(words) else "",
                "ticked": f"make-{n}" in self.given,
            }
            for n, words in enumerate(names)
        ]

    @property
    def values(self):
        """[{"name", "field", "label", "words", "choices", "chosen"}] of words that are none of a column's choices."""
        found, chosen = [], self.batch.mapping.get("values", {})
        for table in self.batch.tables:
            columns = sheet_of(table["slug"]).by_field
            for field, words in table.get("settle", {}).items():
                if columns[field].person:
                    continue
                unknown = [one for one in words if one in chosen.get(field, {}) or not self._known(columns[field], one)]
                found += [
                    {
                        "name": f"value-{len(found) + n}",
                        "field": field,
                        "label": columns[field].label,
                        "words": one,
                        "choices": columns[field].choices(),
                        "chosen": chosen.get(field, {}).get(one) or self._likely(columns[field], one),
                    }
                    for n, one in enumerate(unknown[:50])
                ]
        return found

    def _known(self, column, words):
        try:
            self._read(column, words)
        except Wrong:
            return False
        return True

    def _likely(self, column, words):
        """The choice that means the same as what other systems call it: Closed Won. Proposed, never taken unseen."""
        meant = known.LIKELY.get(column.field, {}).get(words.strip().casefold())
        if meant is None or not self._known(column, meant):
            return ""
        wanted = self._read(column, meant)
        return next((choice for choice in column.choices() if self._read(column, choice) == wanted), "")

    def _read(self, column, words):
        return column.parse(words, self.run, Record(ImportRow().read_with({}, {}), None))

    @property
    def dates(self):
        """{"said", "order"} when days of this file can be read two ways: what they say, and what is chosen."""
        said = {table.get("dates", "") for table in self.batch.tables} - {""}
        if not said:
            return None
        chosen = self.batch.mapping.get("spelling", {}).get("dates", "")
        return {"order": chosen or next((one for one in said if one in ORDERS), "")}

    @property
    def foreign(self):
        """{"said", "as_is"} when there are amounts in another currency: one of them, and whether they are taken."""
        said = next((table["foreign"] for table in self.batch.tables if table.get("foreign")), "")
        taken = self.batch.mapping.get("spelling", {}).get("money") == AS_IS
        return {"said": said, "as_is": taken} if said else None

    def owners(self):
        return self.run.people.allowed

    def teams(self):
        """The teams new people may come into, for whoever may make them."""
        return list(Team.objects.visible_to(self.run.by).filter(is_active=True)) if self.run.by.is_admin else []

    def answer(self, data):
        """Take the form's answers into the batch, and make the accounts that were ticked. Returns whether the answers
        make sense; `errors` says what does not, and then no account is made."""
        mapping, self.given = self.batch.mapping, data
        people, values = dict(mapping.get("people", {})), {}
        for person in self.people:
            if (login := data.get(person["name"])) is not None:
                people.pop(person["words"], None)
                if login == "-":
                    people[person["words"]] = ""  # nobody here: the words are kept where they may be
                elif login in self.run.people.by_login:
                    people[person["words"]] = login
        for value in self.values:
            if (chosen := data.get(value["name"], "")) in value["choices"]:
                values.setdefault(value["field"], {})[value["words"]] = chosen
        spelling = {"dates": data.get("dates", "")} if data.get("dates") in ORDERS else {}
        spelling |= {"money": AS_IS} if data.get("money") else {}
        for number, table in enumerate(mapping["tables"]):
            self._columns(number, table, data)
        people |= self._make(data, people)
        owner = data.get("owner", "")
        owner = owner if owner in self.run.people.by_login else ""
        mapping |= {"spelling": spelling, "people": people, "values": values, "owner": owner}
        return not self.errors

    def _make(self, data, people):
        wanted = [one["words"] for one in self.people if one["make"] in data and one["words"] not in people]
        if not wanted:
            return {}
        team = next((team for team in self.teams() if str(team.pk) == data.get("make_team")), None)
        if team is None:
            self.errors.append((NO_TEAM, {}))
        return {} if self.errors else self.run.people.make(wanted, team, now=self.run.now)

    def _columns(self, number, table, data):
        sheet, columns = sheet_of(table["slug"]), {}
        known = sheet.by_field
        for index in range(len(table["header"])):
            field = data.get(f"col-{number}-{index}", table["columns"].get(str(index), ""))
            if field in known:
                if field in columns.values():
                    self.errors.append((TWICE, {"column": known[field].label}))
                columns[str(index)] = field
        for column in sheet.columns:
            if column.required and column.field not in columns.values():
                self.errors.append((MISSING, {"column": column.label}))
        self.matched_anew |= table["columns"] != columns
        table["columns"] = columns
