"""Words of a list of people in both languages: roles, and what a department's name says."""

import re

from core.text import plain

BOSS = "boss"  # leads where he works: a sales manager in a sales department, the head of any other
ROLES = {
    "rep": "销售 销售代表 业务 业务员 业务代表 客户经理 代表 销售员 销售专员 rep sales salesrep salesrepresentative "
           "salesperson representative accountmanager",
    "manager": "销售经理 销售主管 销售总监 大区经理 区域经理 销售组长 "
               "salesmanager salesdirector headofsales salesteamlead",
    BOSS: "经理 主管 总监 组长 部长 部门经理 部门主管 负责人 部门负责人 manager director lead teamlead head "
          "departmentmanager departmenthead",
    "support": "支持 支持部门 协作 协作部门 员工 职员 专员 法务 技术 财务 生产 市场 商务 售前 客服 support "
               "supportdepartment staff employee legal tech finance production marketing presales",
    "admin": "管理员 系统管理员 admin administrator",
}  # fmt: skip
_role = {word: role for role, words in ROLES.items() for word in words.split()}


def role_of(text):
    """rep, manager, support, admin or BOSS; "" for an empty cell, None for a word nobody knows."""
    word = re.sub(r"[\s\-_]+", "", plain(text))
    return _role.get(word) if word else ""


def split_place(text):
    """["销售部", "华东一组"] of 销售部/华东一组, as lists of people write it."""
    return [part for one in re.split(r"[/／>＞\\|｜]", text) if (part := " ".join(one.split()))]


def sounds_like_sales(name):
    """Whether a department that is not there yet will sell."""
    return bool(re.search(r"销售|业务|大客户|\bsales\b", plain(name)))
