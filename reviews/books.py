"""Reports and targets where several playbooks are in use (R8): which stage belongs to which, and one of them alone."""

from dataclasses import dataclass, field

from pipeline.playbooks import Playbooks


@dataclass(frozen=True)
class Books:
    """`names` {playbook id: its name}, empty while a single one is in use and nobody sees the word; `of` {stage id:
    playbook id}; `chosen` the id of the only one to show, or None."""

    names: dict = field(default_factory=dict)
    codes: dict = field(default_factory=dict)
    of: dict = field(default_factory=dict)
    chosen: int | None = None

    @classmethod
    def load(cls, code=""):
        books = Playbooks.load()
        if len(books.active) < 2:
            return cls()
        names = {book.pk: str(book) for book in books.all}
        codes = {book.pk: book.code for book in books.active}
        chosen = next((pk for pk, known in codes.items() if known == code), None)
        return cls(names, codes, {stage.pk: stage.playbook_id for stage in books.stages.values()}, chosen)

    def shows(self, stage):
        """Whether the line of a stage is shown."""
        return self.chosen is None or self.of.get(stage) == self.chosen

    def label(self, stage, words):
        """The stage's name; with its playbook's before it while several are shown together."""
        book = self.names.get(self.of.get(stage)) if self.chosen is None else None
        return f"{book} · {words}" if book else words

    @property
    def code(self):
        """The code of the only playbook shown, as a query string writes it; empty while all are."""
        return self.codes.get(self.chosen, "")

    @property
    def choices(self):
        """[(code, name, chosen)] for the page; nothing while there is no choice."""
        return [(code, self.names[pk], pk == self.chosen) for pk, code in self.codes.items()]
