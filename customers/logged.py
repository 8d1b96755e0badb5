"""Socket: what else a logged conversation writes (D26, D34): the deal's key action, the day's mark, the deal link.

Pipeline plugs in from its apps.py: `after_log(function)`; function(follow_ups, entries, *, by, now, batch), the two
lists pairwise. Called inside the transaction of the log, after the customer's own facts are up to date.
"""

_functions = []
_offers = []
_purposes = []
_lines = []


def after_log(function):
    if function not in _functions:
        _functions.append(function)
    return function


def tell_logged(follow_ups, entries, *, by, now, batch=None):
    for function in _functions:
        function(follow_ups, entries, by=by, now=now, batch=batch)


def offer_deals(function):
    """Socket: function(customer, user) -> [(deal id, label)], its open deals; a log asks which when there are several
    (D14), and 保存并改阶段 needs the one."""
    if function not in _offers:
        _offers.append(function)
    return function


def deals_offered(customer, user):
    return [deal for function in _offers for deal in function(customer, user)]


def offer_lines(function):
    """Socket: function() -> [words], the key actions a person may choose instead of typing one (R56)."""
    if function not in _lines:
        _lines.append(function)
    return function


def lines_offered():
    return [words for function in _lines for words in function()]


def guess_by_stage(function):
    """Socket: function(customer) -> the likely purpose of a talk in the stage his deal is in, or ""."""
    if function not in _purposes:
        _purposes.append(function)
    return function


def purpose_by_stage(customer):
    return next((words for function in _purposes if (words := function(customer))), "")
