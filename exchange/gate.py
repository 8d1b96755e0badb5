"""The gate for workbooks (reliability §6.2): size, signature, zip directory, counted unpacking, then parsing.

Nothing is parsed before the bytes are known to be harmless: a 158 KB file that unpacks to 143 MB is refused from
its directory, one whose directory lies is refused while the bytes are counted, and rows are counted before a
single cell is read.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field

from exchange.problems import Unreadable, gettext_noop

MB = 1024 * 1024
LARGEST = 10 * MB
UNPACKED = 100 * MB
ENTRIES = 200
RATIO = 100
ROWS = 50_000
COLUMNS = 60

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
TEXT_ENDINGS = (".csv", ".tsv", ".txt")

NOT_A_WORKBOOK = gettext_noop("“%(name)s” is not an Excel workbook (.xlsx).")
EMPTY = gettext_noop("“%(name)s” is empty. It is not an Excel workbook (.xlsx).")
OLD_OR_LOCKED = gettext_noop(
    "“%(name)s” is an old .xls workbook or is protected by a password. Save it as .xlsx without a password."
)
MACROS = gettext_noop("“%(name)s” contains macros, which are not accepted. Save it as .xlsx.")
INCOMPLETE = gettext_noop("“%(name)s” is incomplete. Upload it again.")
TOO_LARGE = gettext_noop("“%(name)s” is %(size)s MB. The limit is %(limit)s MB.")
BOMB = gettext_noop("“%(name)s” unpacks to more than %(limit)s MB and was refused.")
LYING = gettext_noop("“%(name)s” does not contain what it says it does and was refused.")
MANY_PARTS = gettext_noop("“%(name)s” has more than %(limit)s parts inside and was refused.")
NESTED = gettext_noop("“%(name)s” contains another archive or file, which is not accepted.")
LINKS = gettext_noop("“%(name)s” is linked to other workbooks. Paste the values into a new workbook and upload that.")
DTD = gettext_noop("“%(name)s” contains a document type definition and was refused.")
MANY_ROWS = gettext_noop("“%(name)s” has %(rows)s rows, the limit is %(limit)s: split the file.")
MANY_COLUMNS = gettext_noop("“%(name)s” has more than %(limit)s columns.")
UNREADABLE = gettext_noop("“%(name)s” cannot be read. Open it in Excel or WPS and save it again as .xlsx.")

DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
FAR_COLUMN = re.compile(rb'<c r="(?:B[I-Z]|[C-Z][A-Z]|[A-Z]{3})\d+"[^>]*(?<!/)>\s*<(?:v|is|f)\b')
ROW = re.compile(rb"<row\b[^>]*>")
ROW_NUMBER = re.compile(rb'\br="(\d+)"')


@dataclass
class Checked:
    """A file that passed: `data`, its `kind` ("xlsx" or "text"), and the sheets' XML by part name."""

    data: bytes
    kind: str
    name: str
    sheets: dict = field(default_factory=dict)
    parts: dict = field(default_factory=dict)  # workbook.xml and its relations


def check(data, name):
    """Refuse what is not a harmless workbook or text file, in the order of reliability §6.2. Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable(TOO_LARGE, name=name, size=round(len(data) / MB, 1), limit=LARGEST // MB)
    if not data.strip():
        raise Unreadable(EMPTY, name=name)
    lower = name.lower()
    if data.startswith(OLE):
        raise Unreadable(OLD_OR_LOCKED, name=name)
    if data.startswith(ZIP):
        return _zip(data, name)
    if lower.endswith(TEXT_ENDINGS) and b"\x00" not in data[:4096]:
        return Checked(data, "text", name)
    if lower.endswith(".xls"):
        raise Unreadable(OLD_OR_LOCKED, name=name)
    raise Unreadable(NOT_A_WORKBOOK, name=name)


def _zip(data, name):
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError) as broken:
        raise Unreadable(INCOMPLETE, name=name) from broken
    names = [entry.filename for entry in entries]
    lower = [part.lower() for part in names]
    if len(entries) > ENTRIES:
        raise Unreadable(MANY_PARTS, name=name, limit=ENTRIES)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Unreadable(OLD_OR_LOCKED, name=name)
    packed, unpacked = sum(e.compress_size for e in entries), sum(e.file_size for e in entries)
    if unpacked > UNPACKED or unpacked > max(packed, 1) * RATIO:
        raise Unreadable(BOMB, name=name, limit=UNPACKED // MB)
    if len(set(names)) != len(names) or any(".." in part.split("/") or part.startswith(("/", "\\")) for part in names):
        raise Unreadable(LYING, name=name)
    if name.lower().endswith((".xlsm", ".xltm", ".xlam", ".xlsb")) or any("vbaproject" in part for part in lower):
        raise Unreadable(MACROS, name=name)
    if any(part.startswith("xl/externallinks/") for part in lower):
        raise Unreadable(LINKS, name=name)
    if any(
        part.endswith((".zip", ".xlsx", ".xlsm", ".docx", ".exe", ".jar", ".7z", ".rar", ".bin"))
        and "printersettings" not in part
        for part in lower
    ):
        raise Unreadable(NESTED, name=name)
    if "xl/workbook.xml" not in lower:
        raise Unreadable(NOT_A_WORKBOOK, name=name)
    return _unpack(data, entries, name)


def _unpack(data, entries, name):
    checked, left, rows = Checked(data, "xlsx", name), UNPACKED, 0
    for entry in entries:
        content = _count_bytes(data, entry, left, name)
        left -= len(content)
        part = entry.filename.lower()
        if content.startswith((ZIP, OLE, b"7z\xbc\xaf", b"Rar!")):
            raise Unreadable(NESTED, name=name)
        if part.endswith((".xml", ".rels", ".vml")) and DOCTYPE.search(content.replace(b"\x00", b"")):
            raise Unreadable(DTD, name=name)
        if part == "[content_types].xml" and b"macroenabled" in content.lower():
            raise Unreadable(MACROS, name=name)
        if part.startswith("xl/worksheets/") and part.endswith(".xml"):
            rows += _count_rows(content, name)
            checked.sheets[entry.filename] = content
        elif part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
            checked.parts[part] = content
    if rows > ROWS:
        raise Unreadable(MANY_ROWS, name=name, rows=f"{rows:,}", limit=f"{ROWS:,}")
    return checked


def _count_bytes(data, entry, left, name):
    """The entry's bytes, counted by ourselves: neither the directory nor the local header is believed."""
    header = data[entry.header_offset : entry.header_offset + 30]
    if len(header) < 30 or not header.startswith(ZIP):
        raise Unreadable(INCOMPLETE, name=name)
    start = entry.header_offset + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    packed = data[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        content, ended = packed, True
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = stream.decompress(packed, left + 1)
        except zlib.error as broken:
            raise Unreadable(INCOMPLETE, name=name) from broken
        ended = stream.eof
    else:
        raise Unreadable(UNREADABLE, name=name)
    if len(content) > left:
        raise Unreadable(BOMB, name=name, limit=UNPACKED // MB)
    if len(packed) < entry.compress_size or not ended:
        raise Unreadable(INCOMPLETE, name=name)
    if len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
        raise Unreadable(LYING, name=name)
    return content


def _count_rows(content, name):
    """Rows that hold something, with our own counter; a value far out would make a huge empty table."""
    if FAR_COLUMN.search(content):
        raise Unreadable(MANY_COLUMNS, name=name, limit=COLUMNS)
    count, farthest, starts = 0, 0, list(ROW.finditer(content))
    for i, found in enumerate(starts):
        end = starts[i + 1].start() if i + 1 < len(starts) else len(content)
        if content.find(b"<v", found.end(), end) < 0 and content.find(b"<is", found.end(), end) < 0:
            continue
        count += 1
        number = ROW_NUMBER.search(found.group())
        farthest = max(farthest, int(number[1])) if number else farthest
    if farthest > ROWS * 2:
        raise Unreadable(MANY_ROWS, name=name, rows=f"{farthest:,}", limit=f"{ROWS:,}")
    return count
