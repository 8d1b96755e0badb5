"""A person's hand: every tap, click, key chord and uninterrupted piece of typing counts as one interaction (ux §7)."""

import datetime as dt

from tests.cast import PASSWORD


class Hand:
    def __init__(self, page):
        self.page, self.used = page, 0
        self.phone = page.evaluate("matchMedia('(pointer: coarse)').matches")

    def _find(self, where):
        return self.page.locator(where).filter(visible=True).first if isinstance(where, str) else where

    def press(self, where):
        """A click, or a tap on the phone."""
        self.used += 1
        place = self._find(where)
        place.tap() if self.phone else place.click()

    def type(self, text):
        """Typing into what has the focus: it must already have it, or it is one click more."""
        assert self.page.evaluate("document.activeElement.matches('input, textarea')"), "nothing to type into"
        self.used += 1
        self.page.keyboard.insert_text(text)

    def keys(self, chord):
        self.used += 1
        self.page.keyboard.press(chord)


def sign_in(page, user, language="zh-hans"):
    """By the sign-in form, to the person's home."""
    type(user).objects.filter(pk=user.pk).update(language=language)
    page.goto("/login")
    page.fill("input[name=login]", user.username)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def drag(page, card, place):
    """As a mouse does it, on a page whose scripts have run: down, a little, over, up."""
    card.wait_for()
    settled(page)
    start, end = card.bounding_box(), place.bounding_box()
    page.mouse.move(start["x"] + 60, start["y"] + 20)
    page.mouse.down()
    page.mouse.move(start["x"] + 90, start["y"] + 30, steps=4)
    page.mouse.move(end["x"] + 80, end["y"] + 30, steps=8)
    page.mouse.up()


def settled(page):
    """htmx has nothing under way."""
    page.wait_for_load_state("networkidle")
    page.wait_for_selector("body:not(:has(.htmx-request, .htmx-swapping, .htmx-settling))")


def closed(page):
    """Neither drawer nor dialog."""
    page.wait_for_selector("body:not(:has(#drawer > *, #dialog > *))")
    settled(page)


def days(n):
    return dt.timedelta(days=n)
