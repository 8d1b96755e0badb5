"""Sign-in by the company's directory: OpenID Connect, Feishu, DingTalk, each off until an admin switches it on.

It opens the door to people who are here and active, nobody else: whoever linked it to himself on his own page, or whose
mail address the directory says is verified. Nobody is made by it. Name and password stay for everybody, so that a
directory that is away locks nobody out. A second factor is asked as ever.

A way is allauth's row (SocialApp); its secret is written, never shown. `settings` of the row hold "on" and the address.
"""

from dataclasses import dataclass

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.happened import happened
from accounts.models import User

PROVIDERS = {"oidc": "openid_connect", "feishu": "feishu", "dingtalk": "dingtalk"}
NAMES = {"oidc": "OpenID Connect", "feishu": gettext_lazy("Feishu"), "dingtalk": gettext_lazy("DingTalk")}


@dataclass
class Way:
    """One way in: `app` is None until it was set up."""

    name: str
    app: object = None

    @property
    def label(self):
        own = self.app.name if self.app and self.name == "oidc" else ""
        return own or str(NAMES[self.name])

    @property
    def is_on(self):
        return bool(self.app and self.app.settings.get("on"))

    @property
    def back(self):
        """The path a directory sends people back to."""
        if self.name == "oidc":
            return reverse("openid_connect_callback", kwargs={"provider_id": "oidc"})
        return reverse(f"{self.name}_callback")


def all_ways():
    """Every way there is, one query."""
    apps = {app.provider: app for app in SocialApp.objects.filter(provider__in=PROVIDERS.values()).order_by("-pk")}
    return [Way(name, apps.get(provider)) for name, provider in PROVIDERS.items()]


def open_ways():
    return [way for way in all_ways() if way.is_on]


def way_named(name):
    """Raises Http404 for one there is not."""
    found = next((way for way in all_ways() if way.name == name), None)
    if found is None:
        raise Http404
    return found


def open_way(name):
    """One that is switched on; off, not set up and made up look the same (Http404)."""
    way = way_named(name)
    if not way.is_on:
        raise Http404
    return way


def save_way(way, *, by, now, is_on, client_id, name="", server_url="", secret=""):
    """Keep how a directory is reached; an empty secret leaves the one that is there."""
    app = way.app or SocialApp(provider=PROVIDERS[way.name], provider_id="oidc" if way.name == "oidc" else "")
    app.name, app.client_id, app.secret = name or str(NAMES[way.name]), client_id, secret or app.secret
    app.settings = {"on": is_on} | ({"server_url": server_url} if way.name == "oidc" else {})
    app.save()
    happened("accounts.sso_set", by, by=by, at=now, way=Way(way.name, app).label, on=is_on)


def links_of(user):
    """[(SocialAccount, its way)] a person has linked to himself."""
    known = {way.name: way for way in all_ways()}
    return [(row, known[row.provider]) for row in user.socialaccount_set.order_by("pk") if row.provider in known]


def unlink(row, *, by, now):
    happened("accounts.sso_unlinked", by, by=by, at=now, name=by.name, way=str(NAMES.get(row.provider, row.provider)))
    row.delete()


class Adapter(DefaultSocialAccountAdapter):
    """What allauth asks about directories."""

    def list_apps(self, request, provider=None, client_id=None):
        return [app for app in super().list_apps(request, provider, client_id) if app.settings.get("on")]

    def is_open_for_signup(self, request, sociallogin):
        return False

    def get_connect_redirect_url(self, request, socialaccount):
        return reverse("me")

    def pre_social_login(self, request, sociallogin):
        """The directory has said who it is; whether he may come in is said here."""
        self._look(request, sociallogin, timezone.now())

    def _look(self, request, sociallogin, now):
        row = sociallogin.account
        row.extra_data = {}  # what else the directory tells of him is not kept
        if sociallogin.state.get("process") == "connect":
            raise ImmediateHttpResponse(self._linked(request, sociallogin, now))
        user = sociallogin.user if sociallogin.is_existing else _known_by_mail(sociallogin)
        if user is None or not user.is_active:
            raise ImmediateHttpResponse(redirect(f"{reverse('account_login')}?sso=unknown"))
        if not sociallogin.is_existing:
            _link(row, user, now)
            sociallogin.user = user

    def _linked(self, request, sociallogin, now):
        """On one's own page: this account of the directory is mine. It may be nobody else's."""
        user = request.user
        if not user.is_authenticated:
            return redirect("account_login")
        if sociallogin.is_existing and sociallogin.user != user:
            messages.error(request, _("This account is linked to somebody else here."))
        elif not sociallogin.is_existing:
            _link(sociallogin.account, user, now)
            messages.success(request, _("Linked"))
        return redirect("me")

    def on_authentication_error(self, request, provider, error=None, exception=None, extra_context=None):
        if request.user.is_authenticated:
            messages.error(request, _("The directory did not say who you are. Nothing was changed."))
            raise ImmediateHttpResponse(redirect("me"))
        raise ImmediateHttpResponse(redirect(f"{reverse('account_login')}?sso=failed"))


def _known_by_mail(sociallogin):
    """The active person whose mail address the directory has verified; "true" as a word is not enough."""
    mails = [address.email.lower() for address in sociallogin.email_addresses if address.verified is True]
    found = User.objects.active().filter(email__in=[mail for mail in mails if mail])
    return found.first() if len(found[:2]) == 1 else None


def _link(row, user, now):
    row.user = user
    row.save()
    happened("accounts.sso_linked", user, by=user, at=now, name=user.name, way=str(NAMES.get(row.provider, "")))
