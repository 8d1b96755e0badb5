"""The beat table: everything the clock starts, each line with its reason. Times are the company's.

Beat rings `core.tasks.slot`, which writes the Job row of the slot; the sweep writes what beat missed. The job
of each name is registered with `@job("name")` in some app's tasks.py.
"""

from datetime import timedelta

from core.schedule import Line

SWEEP_EVERY = 30  # seconds: tells waiting rows again, frees stuck ones, writes missed slots

LINES = [
    Line(
        name="flag_stale",
        at=("00:05",),
        reason="A customer becomes stale when the day turns: the flag follows the company's date.",
    ),
    Line(
        name="remind",
        at=("08:45",),
        late=timedelta(hours=3),
        reason="Before the first call; late reminders help nobody.",
    ),
    Line(
        name="check_unowned",
        at=("08:30",),
        late=timedelta(hours=3),
        reason="Open work without an accountable person is known before the first call; the target is none.",
    ),
    Line(
        name="draw_agreement",
        at=("07:00",),
        weekday=0,
        late=timedelta(days=4),
        reason="The few deals rep and manager judge this week are there on Monday morning, where this is on.",
    ),
    Line(
        name="greet_teams",
        at=("08:45",),
        late=timedelta(hours=3),
        reason="One message a team in its chat group with the first reminder, where a robot is set up.",
    ),
    Line(
        name="tell_lagging",
        at=("08:45",),
        weekday=0,
        late=timedelta(hours=3),
        reason="A team far behind its month hears of it before the first call of the week.",
    ),
    Line(
        name="tell_hooks",
        every=1,
        reason="Other programs hear within a minute or two of what happened; nothing to do where there is no webhook.",
    ),
    Line(
        name="remind_update",
        every=15,
        reason="Half an hour before the end of the working day, which is the calendar's to say.",
    ),
    Line(
        name="owe_visits",
        every=10,
        reason="A visit that ended is to be logged: the half hour runs from its planned end.",
    ),
    Line(
        name="end_repeats",
        every=10,
        reason="A weekly step that waits for a win or an answer is over soon after it came.",
    ),
    Line(
        name="build_weekly_review",
        at=("00:30",),
        weekday=0,
        late=timedelta(days=60),
        catch_up=8,
        reason="The week is over on Sunday night; each missed week gets its own review.",
    ),
    Line(
        name="build_monthly_review",
        at=("00:40",),
        day=1,
        late=timedelta(days=60),
        catch_up=2,
        reason="The month is over; each missed month gets its own review.",
    ),
    Line(
        name="mine_themes",
        at=("06:20", "12:20", "18:20"),
        reason="Reading what was said takes longer than a page may: it is there in the morning, at noon, at night.",
    ),
    Line(
        name="write_copies",
        at=("02:10",),
        reason="The three tables as workbooks, written while nobody works.",
    ),
    Line(
        name="make_backup",
        at=("02:15",),
        reason="Database and files in one file, so that no more than a day can be lost.",
    ),
    Line(
        name="try_backup",
        at=("04:00",),
        weekday=6,
        late=timedelta(days=3),
        reason="A backup is one when it has been restored: every week the newest is, into an empty place.",
    ),
    Line(
        name="recycle_pool",
        at=("01:10",),
        reason="Customers nobody follows up go to the pool by the company's date, after their owner was warned.",
    ),
    Line(
        name="suggest_pairs",
        at=("03:20",),
        reason="Duplicates that came in during the day are there to be decided in the morning.",
    ),
    Line(
        name="sweep_files",
        at=("03:30",),
        reason="Uploads whose deed was taken back leave contents that no row names; they go after a day.",
    ),
    Line(
        name="deliver_mail",
        every=5,
        reason="Messages that are to be mailed go out within five minutes; what failed is tried again.",
    ),
    Line(
        name="read_mail",
        every=5,
        late=timedelta(hours=1),
        reason="What somebody answers by mail stands in the conversation within five minutes, where a mailbox is set.",
    ),
    Line(
        name="confirm_delivered",
        every=60,
        reason="Silence is consent: delivered requests after 14 days, counter-offers after one working day.",
    ),
    Line(
        name="sweep_requests",
        every=15,
        reason="Requests near or past their clocks are escalated within a quarter of an hour.",
    ),
]


def beat_table() -> dict[str, dict]:
    sweep = {"task": "core.tasks.sweep", "schedule": float(SWEEP_EVERY), "options": {"expires": SWEEP_EVERY}}
    return {"sweep": sweep} | {name: entry for line in LINES for name, entry in line.beat_entries().items()}
