"""The demo's logins, offered on the sign-in page while nobody real has an account (D51)."""

from accounts.models import User

ORDER = ["rep", "manager", "support", "admin"]


def demo_people():
    """One active person of the demo for each role and place, by role; nobody where no demo is loaded or a real account
    exists. The password is not among it: it was made for this installation and is printed where SalesFlow started."""
    people = list(User.objects.filter(is_demo=True, is_active=True).select_related("department", "team"))
    if not people or User.objects.filter(is_demo=False).exists():
        return []
    people.sort(key=lambda person: (ORDER.index(person.role), person.pk))
    return list({(one.role, one.team_id, one.department_id): one for one in reversed(people)}.values())[::-1]
