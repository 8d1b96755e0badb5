"""A QR code as one path of an SVG: drawn in the page itself, so that the content policy has nothing to allow."""

from dataclasses import dataclass

MARGIN = 2  # modules of white around it; the page's own white panel gives the rest of the quiet zone


@dataclass(frozen=True)
class Code:
    """`side` in modules, margin included; `path` draws the dark ones as runs along each row."""

    side: int
    path: str


def code_of(text):
    """The Code of a link. Error correction M: a smudge on a printed sheet does no harm."""
    import qrcode  # only here: web start-up does not pay for it (D43)

    drawn = qrcode.QRCode(border=MARGIN, error_correction=qrcode.constants.ERROR_CORRECT_M)
    drawn.add_data(text)
    drawn.make(fit=True)
    rows = drawn.get_matrix()
    return Code(len(rows), "".join(f"M{x} {y}h{n}v1h-{n}z" for y, row in enumerate(rows) for x, n in _runs(row)))


def _runs(row):
    """(first module, how many) of each dark run."""
    start = None
    for x, dark in enumerate([*row, False]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield start, x - start
            start = None
