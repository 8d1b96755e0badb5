"""The rows, the claim, the retries, the schedule: everything of jobs that needs no broker."""

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from core import jobs, sweeping, tasks
from core.jobs import enqueue, execute, run_again, run_now
from core.models import Heartbeat, Job, JobTaken, SubmittedKey
from core.schedule import Line
from salesflow.health import healthz
from tests import jobs_probe  # noqa: F401  (registers the probes)

SHANGHAI = ZoneInfo("Asia/Shanghai")
State = Job.State


def at(day, hour, minute=0):
    return datetime(2024, 3, day, hour, minute, tzinfo=SHANGHAI)


def times(row):
    seen = Heartbeat.objects.filter(name=f"ran {row.key}"[:40]).first()
    return seen.data["times"] if seen else 0


def person(**fields):
    return get_user_model().objects.create_user("alice", role="rep", name="李强", **fields)


def test_one_name_is_one_job():
    with pytest.raises(ValueError, match="two jobs"):
        jobs.job("probe_count")(lambda job: None)


def test_an_unknown_name_is_loud(db):
    with pytest.raises(jobs.UnknownJob):
        enqueue("no_such_job", key="x")
    with pytest.raises(CommandError, match="no job is called"):
        call_command("run_job", "no_such_job")


def test_the_same_key_is_the_same_job(db):
    first, second = enqueue("probe_count", key="once", a=1), enqueue("probe_count", key="once", a=2)
    assert (first.pk, second.args) == (second.pk, {"a": 1})


@pytest.mark.proves("REL4")
def test_told_twice_runs_once(db):
    row = enqueue("probe_count", key="twice")
    tasks.run(row.pk)
    tasks.run(row.pk)
    row.refresh_from_db()
    assert (row.state, row.result, row.tries, times(row)) == (State.DONE, {"times": 1}, 1, 1)


@pytest.mark.proves("REL4")
def test_two_workers_at_once_run_it_once(transactional_db):
    row = enqueue("probe_count", key="race")
    gate, ran = threading.Barrier(8), []

    def worker():
        try:
            gate.wait()
            ran.append(execute(row.pk, now=timezone.now()))
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len([one for one in ran if one]), times(row)) == (1, 1)


@pytest.mark.proves("REL4")
def test_without_the_claim_it_would_run_twice(db):
    """The control: what the conditional update prevents does happen without it."""
    row = enqueue("probe_count", key="control")
    jobs.registered("probe_count").run(row)
    jobs.registered("probe_count").run(row)
    assert times(row) == 2


def test_not_before_it_is_due(db):
    row = enqueue("probe_count", key="later", due_at=timezone.now() + timedelta(hours=1))
    assert (row.told_at, execute(row.pk, now=timezone.now())) == (None, None)


def test_failures_are_tried_six_times_and_keep_no_personal_data(db, caplog):
    row = enqueue("probe_fail", key="bad")
    waits, now = [], timezone.now()
    for _ in range(jobs.TRIES):
        ended = execute(row.pk, now=now)
        waits.append((ended.state, round((ended.due_at - timezone.now()).total_seconds() / 30)))
        now = ended.due_at
    assert [state for state, _wait in waits] == [State.WAITING] * 5 + [State.FAILED]
    assert waits[0][1] == 1 and 180 * 0.9 * 4 <= waits[4][1] <= 180 * 1.1 * 4
    assert ended.error.endswith("ValueError") and "tests/jobs_probe.py" in ended.error
    for secret in ("张敏", "13800138000", str(settings.BASE_DIR)):
        assert secret not in ended.error + caplog.text
    assert execute(row.pk, now=now + timedelta(days=2)) is None


def test_words_of_ours_are_kept(db):
    with pytest.raises(CommandError, match="the file has no rows"):
        call_command("run_job", "probe_problem")


def test_again_by_an_admin(db):
    with pytest.raises(jobs.JobFailed):
        run_now("probe_fail", key="k")
    row, admin = Job.objects.get(), person()
    assert run_again(row.pk, by=admin) is True
    row.refresh_from_db()
    assert (row.state, row.tries, row.result) == (State.WAITING, 0, {"again_by": admin.pk})
    assert run_again(row.pk, by=admin) is False


@pytest.mark.proves("INV-17")
def test_for_somebody_deactivated_nothing_is_done(db):
    row = enqueue("probe_count", key="gone", by=person(is_active=False))
    assert (execute(row.pk, now=timezone.now()).state, times(row)) == (State.REFUSED, 0)


def test_progress_is_a_sign_of_life_and_ends_a_lost_claim(db):
    row = enqueue("probe_progress", key="p")
    mine = jobs.claim(row.pk, now=timezone.now(), token="a")
    mine.progress(1, 2)
    Job.objects.filter(pk=row.pk).update(tries=2)  # somebody else claimed it meanwhile
    with pytest.raises(JobTaken):
        mine.progress(2, 2)
    assert jobs._finish(mine, state=State.DONE) is None


@pytest.mark.proves("REL4")
def test_a_stuck_job_waits_again_and_its_old_worker_cannot_end_it(db):
    now, row = timezone.now(), enqueue("probe_count", key="stuck")
    old = jobs.claim(row.pk, now=now - timedelta(minutes=11), token="a", early=True)
    assert (sweeping.free_stuck(now - timedelta(minutes=2)), sweeping.free_stuck(now)) == (0, 1)
    assert execute(row.pk, now=now).state == State.DONE
    assert jobs._finish(old, state=State.FAILED) is None
    assert Job.objects.get().state == State.DONE


def test_the_message_of_a_killed_worker_may_take_its_row_again(db):
    row, now = enqueue("probe_count", key="redelivered"), timezone.now()
    jobs.claim(row.pk, now=now, token="message 1")
    assert jobs.claim(row.pk, now=now, token="message 2") is None
    assert jobs.claim(row.pk, now=now, token="message 1").tries == 2


def test_the_sweep_tells_what_was_not_told(db):
    now = timezone.now()
    enqueue("probe_count", key="old", now=now - timedelta(seconds=21))
    enqueue("probe_count", key="new", now=now)
    assert [sweeping.tell_waiting(now), sweeping.tell_waiting(now)] == [1, 0]
    assert Job.objects.get(key="old").told_at == now


def test_the_sweep_forgets_what_is_old(db):
    now, user = timezone.now(), person()
    for days in (1, 31):
        Job.objects.create(name="x", key=str(days), state=State.DONE, due_at=now - timedelta(days=days))
    Job.objects.create(name="flag_stale", key="kept", state=State.DONE, due_at=now - timedelta(days=40))
    SubmittedKey.objects.create(user=user, key="a")
    SubmittedKey.objects.update(at=now - timedelta(hours=25))
    sweeping.forget_old(now)
    assert sorted(Job.objects.values_list("key", flat=True)) == ["1", "kept"]
    assert SubmittedKey.objects.count() == 0


# --- The schedule ------------------------------------------------------------------------------------------


def test_our_slots_are_those_of_celery():
    """The same line read by beat (crontab) and by us, twenty slots long."""
    for line in settings.SCHEDULE:
        ours = theirs = datetime(2024, 2, 26, 0, 0, 1, tzinfo=SHANGHAI)
        crons = [entry["schedule"] for entry in line.beat_entries().values()]
        for _ in range(20):
            ours = line.next_after(ours, SHANGHAI)
            theirs = min(theirs + cron.remaining_delta(theirs, tz=SHANGHAI)[1] for cron in crons)
            assert ours == theirs, line.name


def simulate(line, start, stop, step, tellers=2):
    """`tellers` beats that each ring every `step`, a little apart; whatever is written is run."""
    now = start
    while now < stop:
        for teller in range(tellers):
            for row in sweeping.write_slots(now + timedelta(seconds=teller), [line]):
                execute(row.pk, now=now + timedelta(seconds=teller))
        now += step
    return list(Job.objects.filter(name=line.name).order_by("due_at"))


@pytest.mark.proves("REL5", "R63")
def test_two_beats_for_three_days_run_each_slot_once(db):
    daily = Line(name="probe_count", at=("00:05", "17:30"), reason="")
    quarterly = Line(name="probe_progress", every=15, reason="")
    for line, slots in ((daily, 6), (quarterly, 3 * 96)):
        rows = simulate(line, at(1, 0, 0), at(4, 0, 0), timedelta(minutes=15))
        in_time = [row for row in rows if row.due_at >= at(1, 0, 0)]
        assert (len(in_time), {row.state for row in rows}) == (slots, {State.DONE})
        assert {row.tries for row in rows} == {1}
        assert len({row.slot for row in rows}) == len(rows)


@pytest.mark.proves("REL5")
def test_after_an_outage_of_eight_hours_it_is_caught_up_once(db):
    line = Line(name="probe_count", every=60, reason="")
    simulate(line, at(1, 0), at(1, 2), timedelta(minutes=15))
    before = Job.objects.count()
    rows = simulate(line, at(1, 9, 50), at(1, 10), timedelta(minutes=5))
    assert len(rows) == before + 1
    assert (rows[-1].slot, rows[-1].slot.tzinfo) == (at(1, 9), SHANGHAI)


@pytest.mark.proves("REL5", "R63")
def test_each_missed_week_gets_its_own_run(db):
    weekly = Line(name="probe_count", at=("00:30",), weekday=0, late=timedelta(days=60), catch_up=8, reason="")
    start = datetime(2024, 2, 26, 8, tzinfo=SHANGHAI)
    sweeping.write_slots(start, [weekly])
    rows = simulate(weekly, start + timedelta(days=21), start + timedelta(days=21, minutes=1), timedelta(minutes=1))
    assert [f"{row.slot:%m-%d %H:%M}" for row in rows] == ["02-26 00:30", "03-04 00:30", "03-11 00:30", "03-18 00:30"]


def test_what_is_too_late_is_let_go_and_a_clock_set_back_repeats_nothing(db):
    line = Line(name="probe_count", at=("08:45",), late=timedelta(hours=3), reason="")
    assert sweeping.write_slots(at(1, 12), [line]) == []
    assert len(sweeping.write_slots(at(1, 8, 46), [line])) == 1
    assert sweeping.write_slots(at(1, 8, 44), [line]) == []
    assert sweeping.write_slots(at(1, 8, 46), [line]) == []


def test_one_bad_line_does_not_stop_the_others(db, caplog):
    lines = [Line(name="no_such_job", every=15, reason=""), Line(name="probe_count", every=15, reason="")]
    assert [row.name for row in sweeping.write_slots(at(1, 9), lines)] == ["probe_count"]
    assert "no_such_job" in caplog.text


# --- What admins see ---------------------------------------------------------------------------------------


@pytest.mark.proves("R63")
def test_the_overview_shows_last_and_next_run(db, django_assert_num_queries):
    now = at(5, 9)
    Heartbeat.objects.create(name="worker", at=now - timedelta(seconds=7))
    Job.objects.create(name="flag_stale", key="a", state=State.DONE, due_at=at(5, 0, 5), ended_at=at(5, 0, 6))
    Job.objects.create(name="x", key="b", state=State.FAILED, due_at=now, ended_at=now)
    with django_assert_num_queries(5):
        seen = sweeping.overview(now)
    assert seen["heartbeats"] == {"worker": 7, "beat": None}
    assert (seen["degraded"], seen["backlog"], [row.key for row in seen["failures"]]) == (True, 0, ["b"])
    first = next(entry for entry in seen["lines"] if entry["line"].name == "flag_stale")
    assert (first["last"].key, first["next_at"]) == ("a", at(6, 0, 5))


class Nobody:
    role = ""


@pytest.mark.proves("REL6")
def test_healthz_has_two_words(db, rf):
    request = rf.get("/healthz")
    request.user = Nobody()
    assert (healthz(request).status_code, healthz(request).content) == (200, b"status: degraded\n")
    for name in sweeping.ALIVE:
        Heartbeat.objects.create(name=name, at=timezone.now())
    assert healthz(request).content == b"status: ok\n"
    assert healthz(rf.post("/healthz")).status_code == 405
    request.user.role = "admin"
    assert b'"vendor"' in healthz(request).content


def test_a_line_is_read_in_the_companys_zone():
    line = Line(name="x", at=("00:30",), day=1, reason="")
    slot = next(line.back_from(datetime(2024, 2, 29, 17, 0, tzinfo=UTC), SHANGHAI))
    assert (slot, line.key(slot)) == (at(1, 0, 30), "x 2024-02-29T16:30Z")


def test_every_line_of_the_beat_table_starts_a_registered_job(settings):
    from core.checks import schedule_is_known
    from core.jobs import registered
    from salesflow.schedule import LINES

    assert all(registered(line.name) for line in LINES)
    assert schedule_is_known(None) == []
    settings.SCHEDULE = [Line(name="no_such_job", every=5, reason="a slip of the pen")]
    (found,) = schedule_is_known(None)
    assert (found.id, found.is_serious()) == ("core.E001", True)


def test_every_job_has_a_title_in_words():
    from core.jobs import registry
    from salesflow.jobtitles import TITLES

    jobs.registered("flag_stale")
    assert {name for name in registry if not name.startswith("probe_")} == set(TITLES)
