"""/me/messages: how one hears of what, and when not (S19, S21); /setup/messages: what holds where nobody has chosen."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import switches
from accounts.rights import for_admins
from activity.channels import Channels, choose, choose_for_all
from activity.forms import NoticesForm
from activity.topics import topics_for
from core.asked import VERSION, number
from core.keys import deed

TIMES = ("quiet_from", "quiet_until", "morning_at")


@deed
def own(request):
    """One's own choices. What nobody has chosen follows the company's."""
    user, channels = request.user, Channels.load()
    now = {topic: channels.of(user, topic) for topic in topics_for(user.role)}
    if not (user.mail_reminders and user.email):  # the master switch is off: show what would hold
        now = {topic: (bell, user.notices.get(topic.name, {}).get("mail", channels.company(topic)[1]))
               for topic, (bell, _mail) in now.items()}  # fmt: skip
    form = NoticesForm(request.POST or None, now=now, times={name: getattr(user, name) for name in TIMES})
    if form.is_bound and form.is_valid():
        expect = number(request.POST.get("version"), VERSION) or 0
        choose(user, form.wanted(), by=user, expect=expect, **{name: form.cleaned_data[name] for name in TIMES})
        messages.success(request, _("Saved"))
        return redirect("activity:notices")
    context = {"form": form, "person": user, "night": channels.night, "morning": channels.morning}
    return render(request, "activity/notices.html", context, status=422 if form.is_bound else 200)


@for_admins
@deed
def defaults(request):
    """The company's choices, for everybody who has not chosen otherwise."""
    channels = Channels.load()
    now = {topic: channels.company(topic) for topic in topics_for()}
    times = dict(zip(TIMES, (*channels.night, channels.morning), strict=True))
    form = NoticesForm(request.POST or None, now=now, times=times, own=False)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        choose_for_all(
            form.wanted(), by=request.user, now=timezone.now(),
            expect=number(request.POST.get("version"), VERSION) or 0,
            night=(said["quiet_from"], said["quiet_until"]), morning=said["morning_at"],
        )  # fmt: skip
        messages.success(request, _("Saved"))
        return redirect("activity:notice_defaults")
    context = {"form": form, "version": switches.version("notices")}
    return render(request, "setup/messages.html", context, status=422 if form.is_bound else 200)
