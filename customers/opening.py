"""Socket: a new customer opens its first deal at the first stage, by form, log, import or paste (D10, D34).

Pipeline plugs in from its apps.py: `opener(function)`; function(customers, *, by, at, batch=None, values=None).
"""

_openers = []


def opener(function):
    """Register what opens first deals. Registering the same function again changes nothing."""
    if function not in _openers:
        _openers.append(function)
    return function


def open_first_deals(customers, *, by, at, batch=None, values=None):
    """Open one deal for each customer. `values`: {customer.pk: {"stage", "amount", "expected_close", "entered_at", …}};
    a customer without values gets the first stage at the moment `at`. Returns the deals."""
    deals = []
    for function in _openers:
        deals += function(customers, by=by, at=at, batch=batch, values=values or {}) or []
    return deals
