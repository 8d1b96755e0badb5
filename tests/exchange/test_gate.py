"""B1–B8: what is not a harmless workbook is refused with the way out, before it is parsed; nothing is staged."""

import io
import resource
import struct
import zipfile
import zlib

import openpyxl
import pytest

from exchange import gate, reading
from exchange.models import ImportBatch
from exchange.problems import Unreadable
from exchange.staging import bring_in
from tests.exchange.conftest import FOLLOW_UPS, LOG_HEAD, xlsx

GOOD = FOLLOW_UPS.read_bytes()


def refused(data, name="表.xlsx"):
    with pytest.raises(Unreadable) as problem:
        reading.read(data, name)
    return str(problem.value)


def repacked(change=None, add=(), data=GOOD, level=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", level) as new:
        for item in old.infolist():
            content = old.read(item)
            new.writestr(item.filename, change(item.filename, content) if change else content)
        for name, content in add:
            new.writestr(name, content)
    return target.getvalue()


@pytest.mark.proves("B1")
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"  \n ", "is empty"),
        (b"hello, this is text", "is not an Excel workbook"),
        (b"<html><table></table></html>", "is not an Excel workbook"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 99, "is not an Excel"),
    ],
)
def test_no_workbook_at_all(data, said):
    assert said in refused(data)


@pytest.mark.proves("B2")
@pytest.mark.parametrize("name", ["旧.xls", "加密.xlsx", "x.doc"])
def test_old_or_locked(name):
    said = refused(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, name)
    assert "Save it as .xlsx without a password" in said


@pytest.mark.proves("B3")
def test_macros():
    assert "macros" in refused(repacked(add=[("xl/vbaProject.bin", b"\0" * 50)]))
    assert "macros" in refused(GOOD, "表.xlsm")
    assert "macros" in refused(
        repacked(
            lambda n, c: (
                c.replace(b"spreadsheetml.sheet.main+xml", b"ms-excel.sheet.macroEnabled.main+xml")
                if "Content_Types" in n
                else c
            )
        )
    )


@pytest.mark.proves("B4")
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_half_a_file(share):
    assert "is incomplete" in refused(GOOD[: int(len(GOOD) * share)])


@pytest.mark.proves("B5")
def test_a_bomb_is_refused_from_its_directory():
    bomb = repacked(lambda n, c: b"<x>" + b" " * 143_000_000 if n.endswith("sheet1.xml") else c)
    assert len(bomb) < 300_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "unpacks to more than 100 MB" in refused(bomb)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def lying(size):
    """The same bomb with a directory and local header that claim `size` bytes."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packed.compress(b" " * 120_000_000) + packed.flush()
    name = b"xl/worksheets/sheet9.xml"
    data = bytearray(repacked())
    end = data.rfind(b"PK\x05\x06")
    start = struct.unpack("<I", data[end + 16 : end + 20])[0]
    crc = zlib.crc32(b" " * size)
    local = (
        struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, crc, len(body), size, len(name), 0) + name + body
    )
    central = (
        struct.pack(
            "<4sHHHHHHIIIHHHHHII",
            b"PK\x01\x02",
            20,
            20,
            0,
            8,
            0,
            0,
            crc,
            len(body),
            size,
            len(name),
            0,
            0,
            0,
            0,
            0,
            start,
        )
        + name
    )
    new = data[:start] + local + data[start:end] + central + data[end:]
    count = struct.unpack("<H", data[end + 10 : end + 12])[0] + 1
    length = (end - start) + len(central)
    place = len(new) - (len(data) - end)
    new[place + 8 : place + 20] = struct.pack("<HHII", count, count, length, start + len(local))
    return bytes(new)


@pytest.mark.proves("B6")
def test_a_lying_directory_too_many_parts_and_nested_archives():
    assert "refused" in refused(lying(1000))
    assert "more than 200 parts" in refused(repacked(add=[(f"x/{n}.xml", b"<a/>") for n in range(201)]))
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.txt", b"a")
    assert "another archive" in refused(repacked(add=[("xl/media/image1.png", inner.getvalue())]))
    assert "another archive" in refused(repacked(add=[("xl/embeddings/a.xlsx", inner.getvalue())]))
    assert "refused" in refused(repacked(add=[("../x.xml", b"<a/>")]))
    assert "linked to other workbooks" in refused(repacked(add=[("xl/externalLinks/externalLink1.xml", b"<a/>")]))


@pytest.mark.proves("B7")
@pytest.mark.parametrize(
    "dtd",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1/">]>'.encode("utf-16-le"),
    ],
)
@pytest.mark.parametrize("part", ["sheet1.xml", "workbook.xml", "sharedStrings.xml", "workbook.xml.rels"])
def test_no_document_type_in_any_part(dtd, part, monkeypatch):
    import socket

    monkeypatch.setattr(socket, "socket", lambda *a, **k: pytest.fail("the network was asked"))
    def insert(name, content):
        if not name.endswith(part):
            return content
        head, declaration, rest = content.rpartition(b"?>")  # not every part begins with a declaration
        return head + declaration + dtd + rest

    strings = [("xl/sharedStrings.xml", dtd + b"<sst/>")] if part == "sharedStrings.xml" else []
    data = repacked(insert, strings)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert any(dtd in book.read(name) for name in book.namelist() if name.endswith(part))
    assert "document type definition" in refused(data)


@pytest.mark.proves("B8")
def test_too_many_rows_are_counted_not_parsed(monkeypatch):
    monkeypatch.setattr(reading, "CalamineWorkbook", None)  # parsing would fail
    data = xlsx([LOG_HEAD, *(["客户", "2024-03-01", "电话", f"第{n}次", "", ""] for n in range(59_999))])
    assert "has 60,000 rows, the limit is 50,000: split the file" in refused(data)
    csv = "客户名称,跟进时间\n" + "客户,2024-03-01\n" * 60_000
    assert "60,001 rows" in refused(csv.encode(), "a.csv")


def test_a_value_far_out_is_refused_before_it_becomes_a_huge_table():
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD9"] = "客户名称", "x"
    target = io.BytesIO()
    book.save(target)
    assert "more than 60 columns" in refused(target.getvalue())
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A1048576"] = "客户名称", "x"
    target = io.BytesIO()
    book.save(target)
    assert "the limit is 50,000" in refused(target.getvalue())


def test_nothing_is_left_behind(cast):
    for data in (b"", b"text", GOOD[:900]):
        with pytest.raises(Unreadable):
            bring_in(by=cast.alice, now=None, data=data, name="a.xlsx")
    assert ImportBatch.objects.count() == 0


def test_ten_megabytes():
    assert "The limit is 10 MB" in refused(b"PK\x03\x04" + b"0" * (gate.LARGEST + 1))


def test_csv_in_both_encodings():
    text = "客户名称,跟进时间\r\n星澜科技,2024-03-01\r\n"
    for data in (text.encode("gbk"), text.encode(), b"\xef\xbb\xbf" + text.encode()):
        book = reading.read(data, "a.csv")
        assert [line.cells for line in book.parts[0].lines] == [["客户名称", "跟进时间"], ["星澜科技", "2024-03-01"]]
