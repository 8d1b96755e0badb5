"""People named in a file: only those the importer may assign to are matched (D47, B20); the rest is an error."""

from dataclasses import dataclass

from accounts.changing import add_person, free_login
from accounts.models import User
from core.text import plain
from exchange.problems import gettext_noop

LONGEST = 60  # characters of a name that may become an account
NOBODY = gettext_noop("“%(value)s” is nobody you may assign to.")


@dataclass(frozen=True)
class Person:
    """A name in a cell: `user` when it could be matched."""

    words: str
    user: User | None = None


class People:
    """Names → users. Read once a run: the people the importer may assign to, and the choices he settled.

    `settled` is {words in the file: username, or "" to leave the words unmatched}. Names are compared whole; a masked
    name such as 李* is never guessed, only proposed (`likely`).
    """

    def __init__(self, user, settled=None):
        self.user = user
        self.allowed = list(User.objects.assignable_by(user).order_by("pk"))
        self.settled = {plain(words): login for words, login in (settled or {}).items()}
        self.by_login = {plain(person.username): person for person in self.allowed}
        self.by_name = {}
        for person in self.allowed:
            self.by_name.setdefault(plain(person.name), []).append(person)
        self.unresolved = {}

    def find(self, words):
        """The user of these words or None."""
        key = plain(words)
        if key in self.settled:
            return self.by_login.get(plain(self.settled[key]))
        same = self.by_name.get(key, [])
        return same[0] if len(same) == 1 else self.by_login.get(key)

    def read(self, words):
        """A Person for a cell's text, None for an empty one. For a name that nobody bears nothing is wrong yet:
        the part that needs the person says so."""
        words = words.strip()
        return Person(words, self.find(words)) if words not in ("", "-") else None

    def needed(self, record, field):
        """The user a record names in `field`; a name that cannot be matched becomes its error."""
        person = record.values.get(field)
        if person is None:
            return None
        if person.user is None:
            self.unresolved[person.words] = self.unresolved.get(person.words, 0) + 1
            record.wrong(field, NOBODY, value=person.words)
        return person.user

    def may_make(self, words):
        """Whether an account may be made for these words: an admin's tick (D47), and a whole name nobody here has."""
        return self.user.is_admin and "*" not in words and len(words) <= LONGEST and self.find(words) is None

    def make(self, names, team, *, now):
        """Accounts of reps in `team` for names that nobody bears, each once: nobody can sign in with one before an
        admin gives him his link. Returns {words: login}."""
        made = {}
        for words in names:
            if self.may_make(words) and plain(words) not in map(plain, made):
                user = add_person(
                    by=self.user, now=now, role=User.Role.REP, name=words, username=free_login(words), team=team,
                    department=team.department,
                )
                made[words] = user.username
        return made

    def likely(self, words):
        """Who a masked name such as 李* probably is: proposed in the wizard, never taken without a tick."""
        if "*" not in words:
            return None
        start, _, end = plain(words).partition("*")
        found = [p for p in self.allowed if plain(p.name).startswith(start) and plain(p.name).endswith(end.strip("*"))]
        return found[0] if len(found) == 1 else None


def read_people(words):
    """The command line's --people "李*=alice,王*=bob" as a dict. Raises ValueError on anything else."""
    pairs = {}
    for pair in words.replace("，", ",").split(","):
        if pair.strip():
            name, mark, login = pair.partition("=")
            if not mark or not name.strip():
                raise ValueError(pair)
            pairs[name.strip()] = login.strip()
    return pairs
