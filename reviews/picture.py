"""A review as one long picture for a chat (长图, D28): an SVG of 750 px drawn from the same telling as the page, with
the sections that stand on its one page of paper. The browser makes a PNG of it (static/js/picture.js).

Pure: what is told goes in, text comes out. Letters are at least 20 px, which a phone shows at half that; colours are
those of the light theme, as presentation attributes, since no style may stand in a page or picture.
"""

from dataclasses import dataclass, field

from core.markup import format_html
from core.wrapping import width_of, wrapped

WIDE, EDGE, GAP, BETWEEN = 750, 32, 18, 12
ROOM = WIDE - 2 * EDGE
INK, SOFT, LINE, STRONG, BAR = "#1c1e23", "#62656e", "#e0dcd3", "#857f73", "#2a4fa6"
FACES = (
    "-apple-system, BlinkMacSystemFont, Segoe UI, Roboto, Helvetica Neue, Noto Sans, Liberation Sans, Arial, "
    "PingFang SC, HarmonyOS Sans SC, MiSans, Source Han Sans SC, Noto Sans CJK SC, Noto Sans SC, Microsoft YaHei, "
    "sans-serif"
)
SIZES = (24, 22, 20)  # of a table's letters: the largest that leaves its labels room
LABEL, WORDS = 150, 200  # at least, of a table's first column; at most, of a column of words
ACROSS = 4  # numbers beside each other where a table has too many columns


@dataclass
class Sheet:
    """What was drawn so far, and how far down it reaches."""

    parts: list = field(default_factory=list)
    y: float = EDGE

    def text(self, x, y, words, size, *, fill=INK, bold=False, end=False, part=""):
        attributes = (' font-weight="600"' if bold else "") + (' text-anchor="end"' if end else "")
        attributes += f' data-part="{part}"' if part else ""
        shown = "".join(char for char in words if char.isprintable())
        self.parts.append(format_html(
            '<text x="{}" y="{}" font-size="{}" fill="{}"' + attributes + ">{}</text>", round(x), round(y), size, fill,
            shown,
        ))

    def paragraph(self, words, size, *, fill=INK, bold=False, lead=1.5, part=""):
        for line in wrapped(words, size, ROOM):
            self.y += size * lead
            self.text(EDGE, self.y - size * (lead - 1) / 2, line, size, fill=fill, bold=bold, part=part)

    def rule(self, fill=LINE, height=1):
        self.box(EDGE, self.y, ROOM, height, fill)
        self.y += height

    def box(self, x, y, width, height, fill):
        self.parts.append(format_html(
            '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>', round(x), round(y), round(width, 1), height, fill
        ))

    def done(self):
        height = round(self.y + EDGE)
        head = format_html(
            '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {0} {1}" font-family="{2}">'
            '<rect width="{0}" height="{1}" fill="#ffffff"/>', WIDE, height, FACES,
        )
        return "".join([head, *self.parts, "</svg>"])


def draw(title, sub, heads, sections, texts, *, said="", foot=""):
    """The picture. `said` is a sentence above the tables, `texts` [(label, text)], `foot` the last line."""
    sheet = Sheet()
    sheet.paragraph(title, 40, bold=True, lead=1.3)
    sheet.paragraph(sub, 22, fill=SOFT)
    sheet.y += GAP
    draw_heads(sheet, heads)
    if said:
        sheet.y += GAP
        sheet.paragraph(said, 24, part="said")
    for section in sections:
        draw_section(sheet, section)
    for label, text in texts:
        if text:
            sheet.y += 2 * GAP
            sheet.paragraph(label, 28, bold=True)
            sheet.paragraph(text, 26, lead=1.6, part="text")
    sheet.y += 2 * GAP
    sheet.rule()
    sheet.paragraph(foot, 20, fill=SOFT)
    return sheet.done()


def draw_heads(sheet, heads):
    """The numbers at the top, two beside each other; one a line where its words need it."""
    half = (ROOM - GAP) / 2
    for pair in (heads[n : n + 2] for n in range(0, len(heads), 2)):
        lines = [wrapped(head.sub, 20, half) if head.sub else [] for head in pair]
        for n, head in enumerate(pair):
            x = EDGE + n * (half + GAP)
            sheet.text(x, sheet.y + 26, head.label, 22, fill=SOFT)
            sheet.text(x, sheet.y + 72, head.cell.said, 40, bold=True, part="heads")
            for number, line in enumerate(lines[n]):
                sheet.text(x, sheet.y + 102 + 28 * number, line, 20, fill=SOFT)
        sheet.y += 88 + 28 * max(map(len, lines)) + 10


def draw_section(sheet, section):
    sheet.y += 2 * GAP
    sheet.paragraph(section.title, 28, bold=True)
    sheet.y += 6
    if not section.rows:
        sheet.paragraph(section.empty, 22, fill=SOFT)
        return
    if fits := fitted(section):
        draw_head(sheet, section, fits[1])
    for row in section.rows:
        draw_row(sheet, section, row, *fits) if fits else draw_card(sheet, section, row)
    sheet.rule()
    if section.note:
        sheet.paragraph(section.note, 20, fill=SOFT)


def fitted(section):
    """(size of the letters, widths of the columns after the first): as wide as their numbers and the longest word of
    their heads, in the largest letters that leave the first column room; None where no letters do."""
    for size in SIZES:
        columns = [
            max(longest(title, 20), *(cell_width(row.cells[n], size) for row in section.rows)) + BETWEEN
            for n, title in enumerate(section.head[1:])
        ]
        if ROOM - sum(columns) >= LABEL:
            return size, columns
    return None


def cell_width(cell, size):
    """Of a number whole and a little more, since its figures may be bold; words are wrapped."""
    width = width_of(cell.said, size) * 1.06
    return min(width, WORDS) if cell.kind == "words" else width


def longest(title, size):
    """The width of the longest part of a head that is not broken: a sign stays with its word, of wide characters three
    may stand in a line."""
    return max((width_of(word if word[-1:].isascii() else word[:4], size) for word in head_words(title)), default=0)


def head_words(title):
    signed = title[:2] in ("+ ", "− ", "= ")
    words = title.split(" ")
    return [" ".join(words[:2]), *words[2:]] if signed else words


def draw_head(sheet, section, columns):
    titles = [wrapped(title, 20, room - BETWEEN + 1) for title, room in zip(section.head[1:], columns, strict=True)]
    first = wrapped(section.head[0], 20, ROOM - sum(columns))
    deep = max(map(len, [first, *titles]))
    x = WIDE - EDGE - sum(columns)
    for number, line in enumerate(first):
        sheet.text(EDGE, sheet.y + 26 * (deep - len(first) + number + 1), line, 20, fill=SOFT)
    for lines, room in zip(titles, columns, strict=True):
        x += room
        for number, line in enumerate(lines):
            sheet.text(x, sheet.y + 26 * (deep - len(lines) + number + 1), line, 20, fill=SOFT, end=True)
    sheet.y += 26 * deep + 10


def draw_row(sheet, section, row, size, columns):
    room = ROOM - sum(columns) - GAP / 2
    label = f"{row.pip['position']} {row.label}" if row.pip else row.label
    lines = wrapped(label, size, room)
    cells = [
        [cell.said] if cell.kind != "words" else wrapped(cell.said, size, space - BETWEEN)
        for cell, space in zip(row.cells, columns, strict=True)
    ]
    sheet.rule(STRONG if row.total else LINE, 2 if row.total else 1)
    for number, line in enumerate(lines):
        sheet.text(EDGE, sheet.y + size * (1.35 + 1.35 * number), line, size, bold=row.total)
    x = WIDE - EDGE - sum(columns)
    for cell, shown, space in zip(row.cells, cells, columns, strict=True):
        x += space
        for number, line in enumerate(shown):
            sheet.text(x, sheet.y + size * (1.35 + 1.35 * number), line, size, bold=cell.strong, end=True,
                       part=section.slug)
    sheet.y += size * (0.55 + 1.35 * max(map(len, [lines, *cells])))
    if section.bars and row.bar:
        sheet.box(EDGE, sheet.y - 6, room * row.bar / 100, 7, BAR)
        sheet.y += 8


def draw_card(sheet, section, row):
    """A line of a table that is too wide: its name, below it each number under its head."""
    sheet.rule(STRONG if row.total else LINE, 2 if row.total else 1)
    sheet.paragraph(f"{row.pip['position']} {row.label}" if row.pip else row.label, 24, bold=row.total, lead=1.7)
    room, pairs = ROOM / ACROSS, list(zip(section.head[1:], row.cells, strict=True))
    for line in (pairs[n : n + ACROSS] for n in range(0, len(pairs), ACROSS)):
        heads = [wrapped(title, 20, room - GAP) for title, _cell in line]
        deep = max(map(len, heads))
        for n, (words, (_title, cell)) in enumerate(zip(heads, line, strict=True)):
            for number, text in enumerate(words):
                sheet.text(EDGE + n * room, sheet.y + 24 * (deep - len(words) + number + 1), text, 20, fill=SOFT)
            sheet.text(EDGE + n * room, sheet.y + 24 * deep + 30, cell.said, 24, bold=cell.strong, part=section.slug)
        sheet.y += 24 * deep + 44
