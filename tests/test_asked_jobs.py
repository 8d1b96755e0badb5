"""A job that somebody asked for has his rights of the moment it runs, not of the moment he asked (INV-17)."""

import ast
from pathlib import Path

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from activity.models import Robot
from core.jobs import State, enqueue, execute
from customers.models import Customer, FollowUp
from customers.transferring import assign
from exchange import exporting
from exchange.models import ExportFile, ImportBatch
from exchange.sheets import sheet_of
from tests.cast import make_customer
from tests.exchange.conftest import LOG_HEAD, bring_rows

ROOT = Path(__file__).resolve().parent.parent
ASKED = {"check_import", "apply_import", "make_export", "write_copies", "test_robot", "make_backup", "tell_hooks"}


def asked_for():
    """The names of the jobs that are enqueued with `by=` anywhere in the product."""
    for path in ROOT.glob("*/**/*.py"):
        if path.relative_to(ROOT).parts[0] in ("tests", ".venv"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            rings = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "enqueue"
            if rings and any(word.arg == "by" for word in node.keywords):
                yield node.args[0].value


def waiting(cast, name):
    """(the job, who asked, a question whether it has done anything)."""
    now = timezone.now()
    customer = make_customer(cast.alice, name="甲公司")
    if name == "make_export":
        made = exporting.ask(sheet_of("customers"), by=cast.alice, query="", form="xlsx", now=now)
        return enqueue(name, key=name, by=cast.alice, export=made.pk), cast.alice, lambda: words_of(made, "甲公司")
    if name in ("apply_import", "check_import"):
        batch, _records = bring_rows([LOG_HEAD, [customer.name, "2024-03-05", "电话", "谈了", "", ""]], cast.alice)
        state = "ready" if name == "apply_import" else "uploaded"
        ImportBatch.objects.filter(pk=batch.pk).update(state=state)
        batch.rows.update(changes=[], fate="new" if name == "apply_import" else "")
        logged, checked = FollowUp.objects.filter(customer=customer), batch.rows.filter(fate="new")
        done = logged.exists if name == "apply_import" else checked.exists
        return enqueue(name, key=name, by=cast.alice, batch=batch.pk), cast.alice, done
    if name == "test_robot":
        robot = Robot.objects.create(team=cast.alice.team, kind="feishu", address="https://open.feishu.cn/open-apis/bot/v2/hook/x")
        return enqueue(name, key=name, by=cast.ada, robot=robot.pk), cast.ada, lambda: False
    return enqueue(name, key=name, by=cast.ada), cast.ada, lambda: False


def words_of(export, word):
    export = ExportFile.objects.get(pk=export.pk)
    if not export.file:
        return False
    rows = load_workbook(export.file.open("rb")).worksheets[0].values
    return any(word in str(cell) for row in rows for cell in row)


def test_every_job_that_can_be_asked_for_is_tried_here():
    assert set(asked_for()) == ASKED


@pytest.mark.proves("INV-17", "INV-11")
@pytest.mark.parametrize("name", sorted(ASKED))
def test_for_somebody_deactivated_meanwhile_nothing_is_done(cast, name):
    job, who, did = waiting(cast, name)
    User.objects.filter(pk=who.pk).update(is_active=False)
    assert execute(job.pk, now=timezone.now()).state == State.REFUSED
    assert not did()


@pytest.mark.proves("INV-17")
@pytest.mark.parametrize("name", ["write_copies", "test_robot", "make_backup", "tell_hooks"])
def test_who_is_no_admin_any_more_sets_nothing_going(cast, name):
    job, who, _did = waiting(cast, name)
    User.objects.filter(pk=who.pk).update(role="rep")
    assert execute(job.pk, now=timezone.now()).state == State.REFUSED


@pytest.mark.proves("INV-17")
@pytest.mark.parametrize("name", ["make_export", "apply_import"])
def test_what_was_given_to_somebody_else_meanwhile_is_out_of_reach(cast, name):
    job, who, did = waiting(cast, name)
    assign(Customer.objects.get(), cast.charlie, by=cast.ada, now=timezone.now())
    execute(job.pk, now=timezone.now())
    assert not did()


@pytest.mark.parametrize("name", ["make_export", "apply_import", "check_import"])
def test_with_the_rights_he_had_it_is_done(cast, name):
    """The control: what the tests above look for is there when nothing was taken away."""
    job, _who, did = waiting(cast, name)
    assert execute(job.pk, now=timezone.now()).state == State.DONE
    assert did()
