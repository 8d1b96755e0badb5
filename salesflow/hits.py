"""One line of the search (S20)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hit:
    """`opens`: beside the page (drawer), over it (dialog), or as a page. `about` names what → shows the actions of."""

    url: str
    title: str
    note: str = ""
    icon: str = "bld"
    opens: str = ""
    about: str = ""
