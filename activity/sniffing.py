"""What a file is, by its content; the allowlist of attachments (reliability §6.2, B38)."""

import re
import struct
import zipfile
from dataclasses import dataclass

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OFFICE = {"word/": ("docx", "wordprocessingml.document"), "xl/": ("xlsx", "spreadsheetml.sheet"),
          "ppt/": ("pptx", "presentationml.presentation")}  # fmt: skip
OLD_OFFICE = {"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint"}
TEXT = {"txt": "text/plain", "csv": "text/csv"}
MARKUP = re.compile(rb"^[\s\xef\xbb\xbf]*<(!doctype|html|head|body|script|svg|\?xml|iframe|!--)", re.I)
MOST_PIXELS = 40_000_000


@dataclass(frozen=True)
class Kind:
    """What was found: content type, the ending that fits it, whether browsers may show it in the page."""

    type: str
    endings: tuple
    inline: bool = False


PDF = Kind("application/pdf", ("pdf",), inline=True)
PNG = Kind("image/png", ("png",), inline=True)
JPEG = Kind("image/jpeg", ("jpg", "jpeg"), inline=True)
GIF = Kind("image/gif", ("gif",), inline=True)
WEBP = Kind("image/webp", ("webp",), inline=True)
INLINE = {kind.type for kind in (PDF, PNG, JPEG, GIF, WEBP)}


def sniff(file, ending):
    """The Kind of an open file, or None for what is not allowed. `ending` decides only between equal contents."""
    file.seek(0)
    head = file.read(4096)
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"PK\x03\x04"):
        return _office(file)
    if head.startswith(OLE) and ending in OLD_OFFICE:
        return Kind(OLD_OFFICE[ending], (ending,))
    if ending in TEXT and _is_text(file):
        return Kind(TEXT[ending], (ending,))
    return None


def pixels(file, kind):
    """Width × height as the header says, 0 when it does not say; a picture bomb is refused by it."""
    file.seek(0)
    head = file.read(64)
    if kind is PNG:
        width, height = struct.unpack(">II", head[16:24])
    elif kind is GIF:
        width, height = struct.unpack("<HH", head[6:10])
    elif kind is WEBP and head[12:16] == b"VP8X":
        width, height = 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    elif kind is JPEG:
        width, height = _jpeg_size(file)
    else:
        return 0
    return width * height


def _office(file):
    """docx, xlsx or pptx without macros; any other archive is nothing we take."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return None
    if "[Content_Types].xml" not in names or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    for folder, (ending, rest) in OFFICE.items():
        if any(name.startswith(folder) for name in names):
            return Kind(f"application/vnd.openxmlformats-officedocument.{rest}", (ending,))
    return None


def _is_text(file):
    file.seek(0)
    body = file.read(1_000_000)
    if b"\x00" in body or MARKUP.match(body):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            body[:-4 if len(body) == 1_000_000 else None].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _jpeg_size(file):
    file.seek(2)
    for _round in range(500):
        marker = file.read(4)
        if len(marker) < 4 or marker[0] != 0xFF:
            return 0, 0
        length = struct.unpack(">H", marker[2:4])[0]
        if 0xC0 <= marker[1] <= 0xCF and marker[1] not in (0xC4, 0xC8, 0xCC):
            frame = file.read(5)
            if len(frame) < 5:
                return 0, 0
            height, width = struct.unpack(">HH", frame[1:5])
            return width, height
        file.seek(max(length - 2, 0), 1)
    return 0, 0
