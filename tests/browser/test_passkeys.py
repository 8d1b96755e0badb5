"""Passkeys with Chromium's own virtual device: added, used as the second factor, to confirm, and alone at the door."""

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts import switches
from accounts.changing import deactivate
from tests.browser.conftest import axe
from tests.cast import PASSWORD

pytestmark = pytest.mark.browser
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def with_device(page_of):
    def opened(**kwargs):
        page = page_of(**kwargs)
        device = page.context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        return page

    return opened


def sign_in(page, login):
    page.goto("/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("form[action='/login'] button.btn-primary")


def sign_out(page):
    page.request.post("/logout")  # refused without the token: the cookie goes instead
    page.context.clear_cookies()


def test_from_adding_one_to_the_door(with_device, cast):
    page = with_device(language="en")
    sign_in(page, "alice")
    page.goto("/me/second-factor/passkeys/new")
    page.fill("[name=password]", PASSWORD)
    page.click("main .btn-primary")
    page.wait_for_url("**/passkeys/new")
    assert axe(page) == []
    page.fill("[name=name]", "Laptop")
    page.click("main .btn-primary")
    page.wait_for_url("**/second-factor/codes")  # with a first factor come recovery codes
    page.goto("/me/second-factor")
    assert "Laptop" in page.inner_text("main")
    assert axe(page) == []

    sign_out(page)
    sign_in(page, "alice")  # the password alone opens nothing now
    page.wait_for_url("**/second-factor")
    assert axe(page) == []
    page.click("text=Use a passkey")
    page.wait_for_url("**/second-factor/device")

    sign_out(page)
    page.goto("/login")
    page.click("text=Sign in with a passkey")
    page.wait_for_url("**/today")
    page.goto("/me/second-factor/passkeys/new?again")  # confirming goes by it as well
    page.click("text=With a passkey")
    page.click("text=Confirm with a passkey")
    page.wait_for_url("**/passkeys/new?again")

    sign_out(page)
    deactivate(cast.alice, None, by=cast.ada, now=timezone.now())
    page.goto("/login")
    page.click("text=Sign in with a passkey")
    page.wait_for_url("**/login?passkey=unknown")
    assert page.locator("[data-passkey-failed]").is_visible()


def test_switched_off_it_is_neither_offered_nor_taken(with_device, cast):
    switches.set("passkey_sign_in", False, by=cast.ada, now=timezone.now())
    page = with_device()
    page.goto("/login")
    assert page.locator("[data-passkey]").count() == 0
    assert page.request.get("/passkey", headers={"Accept": "application/json"}).status == 404
    assert not Authenticator.objects.exists()
