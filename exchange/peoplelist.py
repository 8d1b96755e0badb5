"""A list of people as it is pasted from Excel: which column is which, by its header in either language (S24)."""

from dataclasses import dataclass

from accounts.hiring import MOST, Row
from exchange.problems import Unreadable, gettext_noop
from exchange.reading import read_pasted
from exchange.recognising import header_key

NO_NAME = gettext_noop(
    "No column of names was found. The first row should be name, mobile, department, role, superior."
)
MANY = gettext_noop("At most %(most)s people at once.")
TWICE = gettext_noop("The column “%(column)s” is there twice: rename or delete one.")
NOBODY = gettext_noop("There is no row below the header.")

ORDER = ("name", "mobile", "department", "role", "superior")  # of a list without a header
HEADERS = {
    "name": "姓名 名字 员工姓名 人员 员工 name fullname employee person",
    "mobile": "手机 手机号 手机号码 电话 联系电话 移动电话 mobile mobilenumber phone phonenumber tel cellphone",
    "department": "部门 所属部门 所在部门 部门名称 department dept office",
    "team": "团队 小组 组 组别 销售团队 所属团队 team group",
    "role": "角色 职务 职位 岗位 role position title jobtitle job",
    "superior": "上级 直属上级 直接上级 汇报对象 主管 经理 领导 superior manager reportsto supervisor lead boss",
}
WORDS = {word: field for field, words in HEADERS.items() for word in words.split()}


@dataclass(frozen=True)
class Listed:
    """The Rows of the list, {field: header as typed} of what was read, and the headers that were not."""

    rows: list
    columns: dict
    ignored: list


def read_list(text):
    """The Listed of a pasted block. Raises Unreadable with what to do about it."""
    lines = [line for line in read_pasted(text).parts[0].lines if not line.is_blank]
    if not lines:
        raise Unreadable(NOBODY)
    columns, ignored, heads = _columns(lines[0].cells)
    below = lines[1:] if heads else lines
    if not below:
        raise Unreadable(NOBODY)
    if len(below) > MOST:
        raise Unreadable(MANY, most=MOST)
    rows = [
        Row(line.number, **{field: line.cells[i].strip() for field, i in columns.items() if i < len(line.cells)})
        for line in below
    ]
    return Listed(rows, {field: lines[0].cells[i] if heads else "" for field, i in columns.items()}, ignored)


def _columns(cells):
    """({field: index}, headers nobody reads, whether the line is a header at all)."""
    found = {}
    for index, cell in enumerate(cells):
        field = WORDS.get(header_key(cell))
        if field and field in found:
            raise Unreadable(TWICE, column=cell)
        if field:
            found[field] = index
    if "name" in found:
        return found, [cell for i, cell in enumerate(cells) if cell.strip() and i not in found.values()], True
    digits = sum(char.isdigit() for char in cells[1]) if len(cells) > 1 else 0
    if found or digits < 5:
        raise Unreadable(NO_NAME)
    return {field: index for index, field in enumerate(ORDER) if index < len(cells)}, [], False
