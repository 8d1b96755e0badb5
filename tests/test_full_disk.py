"""A disk that is full: uploads are refused with a word, what was written is kept, nothing half stays (REL9, B49)."""

import contextlib
import shutil

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from activity.models import Attachment
from core import room, sweeping
from customers.models import FollowUp
from salesflow.health import details
from tests.cast import build_cast, key, make_customer
from tests.customers.test_bad_input import log_of

resource = pytest.importorskip("resource", reason="files are limited this way on Linux and macOS")
FULL = "The server&#x27;s disk is full"


@contextlib.contextmanager
def files_end_at(size):
    """The real error of a full disk, from the system, for this process alone."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def pdf(size):
    return SimpleUploadedFile("合同.pdf", b"%PDF-1.7\n" + b"x" * size, "application/pdf")


def stored(settings):
    return [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] if settings.MEDIA_ROOT.exists() else []


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings


@pytest.mark.proves("REL9", "B49")
def test_a_file_that_does_not_fit_is_named_and_the_text_is_kept(media, cast, client_of, monkeypatch):
    client, customer = client_of(cast.alice), make_customer(cast.alice)
    free = 10 * 1024**3
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(100 * 1024**3, 0, free))
    assert not room.room().short and room.room().floor == 500 * 1024**2
    free = 500 * 1024**2 + 1000
    answer = client.post(reverse("customers:log"), log_of(customer, files=[pdf(2000)]))
    html = answer.content.decode()
    assert (answer.status_code, FollowUp.objects.count(), stored(media)) == (422, 0, [])
    assert "The server has too little room for 合同.pdf. Tell an admin; what you wrote is kept." in html
    assert "谈了方案" in html
    assert client.post(reverse("customers:log"), log_of(customer, files=[pdf(500)])).status_code == 302
    free = 400 * 1024**2
    answer = client.post(reverse("exchange:imports"), {"file": pdf(10), "key": key()})
    assert (answer.status_code, "too little room" in answer.content.decode()) == (422, True)
    assert client.post(reverse("customers:log"), log_of(customer)).status_code == 302  # all else works
    now = timezone.now()
    assert sweeping.is_degraded({}, broker_ok=True, short=room.room().short)
    assert details(now)["bytes_free"] == free
    page = client_of(cast.ada).get(reverse("setup_jobs")).content.decode()
    assert "400.0" in page and "no files are taken" in page


@pytest.mark.proves("REL9", "B49")
def test_a_disk_that_fills_up_while_a_file_is_written(media, cast, client_of, monkeypatch):
    """The file was taken and cannot be stored: the form says which, with the text in it; half a file does not stay."""
    client, customer = client_of(cast.alice), make_customer(cast.alice)
    write = FileSystemStorage._save

    def writes_on_a_full_disk(*args):
        with files_end_at(100_000):  # this file alone, not what a database on the same disk writes meanwhile
            return write(*args)

    monkeypatch.setattr(FileSystemStorage, "_save", writes_on_a_full_disk)
    answer = client.post(reverse("customers:log"), log_of(customer, files=[pdf(1_000_000)]))
    html = answer.content.decode()
    assert (answer.status_code, "too little room for 合同.pdf" in html, "谈了方案" in html) == (422, True, True)
    assert (FollowUp.objects.count(), Attachment.objects.count(), stored(media)) == (0, 0, [])
    assert client.post(reverse("customers:log"), log_of(customer)).status_code == 302


@pytest.mark.proves("REL9", "B49")
def test_a_full_folder_for_temporary_files(media, cast, client_of, tmp_path, settings):
    """More than 2.5 MB goes to a temporary file before any view is asked."""
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    client, customer = client_of(cast.alice), make_customer(cast.alice)
    client.raise_request_exception = False
    with files_end_at(1_000_000):
        answer = client.post(reverse("customers:log"), log_of(customer, files=[pdf(4_000_000)]))
    assert (answer.status_code, FULL in answer.content.decode(), answer["Retry-After"]) == (503, True, "60")
    assert FollowUp.objects.count() == 0


@pytest.mark.proves("REL9", "B49")
@pytest.mark.django_db(transaction=True)
def test_a_full_disk_below_the_database(client_of):
    """SQLite's own limit: what did not fit is told, nothing of it is there, and with room again all goes on."""
    cast = build_cast()
    client, customer = client_of(cast.alice), make_customer(cast.alice)
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # pages that tests before this one left free
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 12}")
        try:
            seen = [client.post(reverse("customers:log"), log_of(customer, text="长" * 1900)) for _ in range(12)]
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
        cursor.execute("PRAGMA integrity_check")
        assert cursor.fetchone() == ("ok",)
    refused = [answer for answer in seen if answer.status_code == 503]
    assert refused and FULL in refused[0].content.decode()
    assert {answer.status_code for answer in seen} == {302, 503}
    assert FollowUp.objects.count() == len(seen) - len(refused)
    assert client.post(reverse("customers:log"), log_of(customer)).status_code == 302
