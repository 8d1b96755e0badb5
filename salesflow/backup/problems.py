"""What cannot be backed up or restored, in a sentence that says what to do."""


class Unusable(Exception):
    """The words are shown as they are, in the language that was active when it was raised."""
