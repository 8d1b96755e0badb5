"""What a verb may refuse with. core.middleware.Answers turns each into its page or fragment (REL20)."""


class Refused(Exception):
    """The deed is not possible in this state; nothing was written. Answers 409 and says who holds it now."""

    def __init__(self, message, *, holder=None):
        super().__init__(message)
        self.message, self.holder = message, holder


class Conflict(Exception):
    """Somebody changed the same fields meanwhile (REL1). Answers 409 with both values side by side.

    `clashes` is a list of Clash; `obj` is the record as it is now.
    """

    def __init__(self, obj, clashes, *, by=None, at=None):
        super().__init__("conflict")
        self.obj, self.clashes, self.by, self.at = obj, clashes, by, at


class NotAllowed(Exception):
    """A right you lack on an object you may see. Answers 403."""


class TooMany(Exception):
    """A throttle. Answers 429 with the seconds to wait."""

    def __init__(self, seconds):
        super().__init__(seconds)
        self.seconds = seconds
