"""The company of the demo: departments, teams and people (D51). login = person."""

import datetime as dt

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import Department, Team, User
from core.changing import change_many
from core.text import initials, pinyin

DEPARTMENTS = [  # key, 中文, English, sells, serves, sees amounts
    ("sales", "销售部", "Sales", True, False, True),
    ("legal", "法务部", "Legal", False, True, True),
    ("tech", "技术部", "Tech", False, True, False),
    ("finance", "财务部", "Finance", False, True, True),
    ("production", "生产部", "Production", False, True, False),
    ("marketing", "市场部", "Marketing", False, True, False),
    ("office", "总经办", "Office", False, False, True),
]
TEAMS = [("east", "华东一组", "East team 1"), ("south", "华南组", "South team")]
PEOPLE = [  # login, name, role, team, department
    ("alice", "李强", "rep", "east", "sales"),
    ("bob", "王敏", "rep", "east", "sales"),
    ("dave", "刘洋", "rep", "east", "sales"),
    ("erin", "吴静", "rep", "east", "sales"),
    ("charlie", "赵磊", "rep", "south", "sales"),
    ("frank", "周杰", "rep", "south", "sales"),
    ("gina", "许霞", "rep", "south", "sales"),
    ("henry", "冯超", "rep", "south", "sales"),
    ("ian", "伊恩", "rep", "east", "sales"),
    ("mia", "陈曦", "manager", "east", "sales"),
    ("nadia", "何娜", "manager", "south", "sales"),
    ("grace", "顾岚", "manager", None, "sales"),
    ("sam", "孙立", "support", None, "legal"),
    ("tess", "周婷", "support", None, "tech"),
    ("fay", "张琳", "support", None, "finance"),
    ("paul", "马骏", "support", None, "production"),
    ("mona", "林悦", "support", None, "marketing"),
    ("ada", "安达", "admin", None, "office"),
]
SHOWN = [  # the logins printed at start, with what each is for
    ("alice", "销售代表 / sales rep"),
    ("mia", "销售经理 / sales manager"),
    ("grace", "销售总监 / sales director"),
    ("sam", "法务部 / legal"),
    ("tess", "技术部 / tech"),
    ("ada", "管理员 / administrator"),
]


BEFORE = dt.timedelta(days=400)  # they came before the twelve months that are told


def build(password):
    """Make them all and return {key or login: object}. Every person has the one demo password."""
    found, hashed = {}, make_password(password)  # one hash: Argon2 is slow on purpose
    for place, (key, name, name_en, sells, serves, amounts) in enumerate(DEPARTMENTS):
        department = Department.objects.create(
            name=name, name_en=name_en, sells=sells, serves=serves, sees_amounts=amounts, position=place
        )
        department.path = f"/{department.pk}/"
        Department.objects.filter(pk=department.pk).update(path=department.path)
        found[key] = department
    for key, name, name_en in TEAMS:
        found[key] = Team.objects.create(name=name, name_en=name_en, department=found["sales"])
    for login, name, role, team, department in PEOPLE:
        user = User(
            username=login, name=name, role=role, team=found.get(team), department=found[department],
            is_active=login != "ian", is_demo=True, pinyin=pinyin(name), initials=initials(name),
            email=f"{login}@demo.example",
        )
        user.password = hashed
        user.save()
        found[login] = user
    people = [found[login] for login, *_more in PEOPLE]
    change_many(people, by=None, joined_at=timezone.now() - BEFORE)
    heads = {"sales": "grace", "legal": "sam", "tech": "tess", "finance": "fay", "production": "paul",
             "marketing": "mona"}
    for key, login in heads.items():
        found[key].lead = found[login]
        found[key].save()
    found["east"].manager, found["south"].manager = found["mia"], found["nadia"]
    found["east"].save()
    found["south"].save()
    return found
