"""How the cells of the customers' sheets are read: tags, methods, people, contacts (D46, D48)."""

from core.text import is_masked, phone_key, plain
from customers.models import Customer, Method
from exchange import parsing
from exchange.keys import opened
from exchange.parsing import NOT_ALLOWED
from exchange.problems import Wrong, gettext_noop

YEAR_CHOSEN = gettext_noop("No year was given: %(date)s was chosen.")
BAD_KEY = gettext_noop("The row key “%(value)s” does not belong to this table. Delete it to add a new row.")

TAG_WORDS = {
    Customer.Tag.PROSPECT: ("潜在客户", "Prospect", "潜在", "线索", "准客户", "potential", "lead"),
    Customer.Tag.INTERESTED: ("意向客户", "Interested", "意向", "有意向", "中意向", "低意向"),
    Customer.Tag.HOT: ("高意向", "High intent", "高意向客户", "重点客户", "hot"),
    Customer.Tag.WON: ("成交", "Won", "已成交", "成交客户", "签约"),
    Customer.Tag.LOST: ("流失", "Lost", "已流失", "流失客户", "输单", "丢单"),
}
TAGS = {plain(word): tag for tag, words in TAG_WORDS.items() for word in words}


def tag_word(tag, *, english=False):
    return TAG_WORDS[tag][1 if english else 0]


def tag_choices():
    return [words[0] for words in TAG_WORDS.values()]


def words(limit):
    """A parser of plain text within `limit`; "-" and the like are nothing said."""

    def parse(value, run, record):
        return "" if value.strip() in ("-", "--", "—", "——") else parsing.text(value, limit)

    return parse


def full_text(limit):
    """A parser of what was said: kept as typed, a dash too."""

    def parse(value, run, record):
        return parsing.text(value, limit)

    return parse


def tag(value, run, record):
    """ "高意向", "□潜在客户 ☑高意向", "高意向(商务谈判)": the stage in brackets is left for the deal part."""
    chosen = parsing.ticked(value)
    if parsing.is_nothing(chosen):
        return None
    first, stage = parsing.tag_and_stage(chosen)
    if stage:
        record.values.setdefault("stage_words", stage)
    return parsing.choose(first, TAGS, tag_choices())


def person(value, run, record):
    return run.people.read(value)


def money(value, run, record):
    return parsing.money(value)


def phone(value, run, record):
    """A number; a name in the same cell becomes the contact's (D48)."""
    name, number = parsing.name_and_phone(value)
    if name and number and any(char.isalpha() for char in name):
        record.values.setdefault("contact", parsing.text(name, 60))
        value = number
    return parsing.phone(value)


def contact(value, run, record):
    """A name; a number in the same cell becomes the contact's phone (D48)."""
    name, number = parsing.name_and_phone(value)
    if number and not record.values.get("phone"):
        record.values["phone"] = parsing.phone(number)
    return "" if parsing.is_nothing(name) else parsing.text(name, 60)


def customer_name(value, run, record):
    return " ".join(parsing.text(value, 200).split())


def happened(value, run, record):
    day = parsing.date(value, today=run.today)
    if day and day.year_chosen:
        record.flag("happened", YEAR_CHOSEN, date=day.day.isoformat())
    return day


def grade(value, run, record):
    grades = {"a": "A", "b": "B", "c": "C", "a类": "A", "b类": "B", "c类": "C", "a级": "A", "b级": "B", "c级": "C"}
    return "" if parsing.is_nothing(value) else parsing.choose(value, grades, ["A", "B", "C"])


def email(value, run, record):
    typed = "" if parsing.is_nothing(value) else parsing.text(value, 254)
    if typed and (typed.count("@") != 1 or " " in typed or "." not in typed.split("@")[1]):
        raise Wrong(NOT_ALLOWED, value=value, allowed=["name@example.com"])
    return typed


def methods(value, run, record):
    """ "电话+微信" → codes. A word that only contains a method ("电话沟通") is that method."""
    known = run.once("methods", method_words)
    if parsing.is_nothing(value):
        return ()
    codes = []
    for word in parsing.several(value):
        code = known.get(plain(word))
        if code is None:
            inside = sorted((name for name in known if name and name in plain(word)), key=len)
            code = known[inside[-1]] if inside else None
        if code is None:
            raise Wrong(NOT_ALLOWED, value=word, allowed=method_choices())
        codes.append(code)
    return tuple(dict.fromkeys(codes))


def method_words():
    known = {}
    for method in Method.objects.all():
        for word in (method.code, method.label, method.label_en, *method.synonyms.replace("，", ",").split(",")):
            if word.strip():
                known.setdefault(plain(word), method.code)
    return known


def method_choices():
    return [method.label for method in Method.objects.filter(retired_at=None)]


def row_key(letter, field):
    """A parser of the hidden key column of our own exports (exchange/keys.py). Keys of other sheets and of other
    installations are refused."""

    def parse(value, run, record):
        value = value.strip()
        if not value:
            return None
        key = record.key or opened(value, record.sheet.slug)
        if key is None or key.letter != letter:
            raise Wrong(BAD_KEY, value=value[:20])
        record.values[field] = key.pk
        return value

    return parse


def covers(masked, full):
    """Whether a masked number (138****5678) may be this full one."""
    mask, digits = phone_key(masked), phone_key(full)
    start, end = mask.split("*", 1)[0], mask.rsplit("*", 1)[-1]
    return digits.startswith(start) and digits.endswith(end) and len(start) + len(end) >= 2


def fits(one, other):
    """Whether two numbers may be the same, one of them masked or written another way."""
    if not one or not other:
        return False
    if is_masked(one) or is_masked(other):
        if is_masked(one) and is_masked(other):
            return phone_key(one) == phone_key(other)
        return covers(one, other) if is_masked(one) else covers(other, one)
    return phone_key(one) == phone_key(other)
