"""The house is closed: 503 in both languages without the database, what was typed stays, jobs wait (S22)."""

import os
import time

import pytest
from django.utils import timezone

from core import maintenance, tasks
from core.models import Heartbeat


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.mark.django_db
def test_every_page_says_so_in_both_languages_without_the_database(client, django_assert_num_queries):
    with maintenance.closed("restore"), django_assert_num_queries(0):
        page = client.get("/customers", headers={"accept-language": "en"})
        panel = client.get("/customers", headers={"hx-request": "true", "accept-language": "zh-CN"})
        health = client.get("/healthz")
    text = page.content.decode()
    assert (page.status_code, panel.status_code, health.status_code) == (503, 503, 503)
    assert page["Retry-After"] == str(maintenance.RETRY_AFTER) and "no-store" in page["Cache-Control"]
    assert "being looked after" in text and 'lang="en"' in text and 'lang="zh-CN"' in text and "维护" in text
    assert "<html" not in panel.content.decode() and "维护" in panel.content.decode()
    assert health.content == b"status: maintenance\n"
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_what_was_typed_is_in_the_page_and_a_password_is_not(client):
    with maintenance.closed("restore"):
        page = client.post("/log?customer=1", {"text": '张经理 <b>"确认"</b>', "key": "k" * 12}).content.decode()
        secret = client.post("/login", {"login": "ada", "password": "correct-horse"}).content.decode()
    assert 'action="/log?customer=1"' in page and "张经理 &lt;b&gt;&quot;确认&quot;&lt;/b&gt;" in page
    assert "correct-horse" not in secret and "<form" not in secret


@pytest.mark.django_db
def test_jobs_wait_and_a_house_that_nobody_keeps_closed_opens(client):
    with maintenance.closed("update"):
        tasks.sweep()
        assert not Heartbeat.objects.filter(name="worker").exists()
        with pytest.raises(maintenance.AlreadyClosed), maintenance.closed("restore"):
            pass
        gone = time.time() - maintenance.ALIVE - 1
        os.utime(maintenance.place(), (gone, gone))  # whoever closed it was killed a minute ago
        assert maintenance.what_for() == "" and client.get("/healthz").status_code == 200
    tasks.sweep()
    assert Heartbeat.objects.filter(name="worker", at__lte=timezone.now()).exists()
