"""Every address of the API, once: the routes, the page /api/docs and the OpenAPI document are made from this table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from collaboration.filters import QueueFilter
from collaboration.forms.new import RequestForm
from customers.filters import CustomerFilter
from customers.forms.customer import ContactForm, CustomerForm, NewCustomerForm
from customers.forms.log import LogForm
from customers.forms.step import PlanForm, ShiftForm
from pipeline.filters import DealFilter
from pipeline.forms import DealForm, LoseForm, MoveForm
from salesflow.api import customers, sales, shapes
from salesflow.api.filters import ContactFilter, FollowUpFilter, StepFilter


@dataclass(frozen=True)
class Op:
    """`form` says what is taken, `also` what is taken beside it (name: JSON type), `shape` what is given back, `lists`
    the filters of a list; `versioned` changes carry the version that was read."""

    method: str
    path: str  # as Django writes it, under /api/v1/
    name: str  # of the route
    run: Callable
    words: Any
    shape: Callable | None = None
    form: type | None = None
    also: tuple = ()
    lists: type | None = None
    status: int = 200
    versioned: bool = False

    @property
    def address(self):
        """/api/v1/customers/{pk}"""
        return "/api/v1/" + self.path.replace("<int:", "{").replace("<slug:", "{").replace(">", "}")

    @property
    def takes(self):
        """{name: form field} of the body."""
        fields = dict(self.form.base_fields) if self.form else {}
        return {("from" if name == "frm" else name): field for name, field in fields.items() if name not in UNSAID}


UNSAID = {"owed", "draft_started_at", "kept_at", "source", "version"}  # what only a page of ours has to say
OF = (("customer", "integer"),)
OPS = (
    Op("GET", "customers", "customers", customers.customers, _("Customers you see"), shapes.customer,
       lists=CustomerFilter),
    Op("POST", "customers", "customers", customers.customer_new,
       _("A new customer with its first contact; 409 when it may be here already, until “sure” is true"),
       shapes.customer, NewCustomerForm, (("sure", "boolean"),), status=201),
    Op("GET", "customers/<int:pk>", "customer", customers.customer, _("One customer"), shapes.customer),
    Op("PATCH", "customers/<int:pk>", "customer", customers.customer_edit, _("Change fields of a customer"),
       shapes.customer, CustomerForm, versioned=True),
    Op("GET", "contacts", "contacts", customers.contacts, _("Contacts; phones as your role sees them"),
       shapes.contact, lists=ContactFilter),
    Op("POST", "contacts", "contacts", customers.contact_new, _("One more contact of a customer"), shapes.contact,
       ContactForm, OF, status=201),
    Op("GET", "contacts/<int:pk>", "contact", customers.contact, _("One contact"), shapes.contact),
    Op("PATCH", "contacts/<int:pk>", "contact", customers.contact_edit, _("Change fields of a contact"),
       shapes.contact, ContactForm, versioned=True),
    Op("GET", "follow-ups", "follow_ups", customers.follow_ups, _("Logged conversations"), shapes.follow_up,
       lists=FollowUpFilter),
    Op("POST", "follow-ups", "follow_ups", customers.follow_up_new,
       _("Log a conversation: what was said, and the next step or why there is none"), shapes.follow_up, LogForm, OF,
       status=201),
    Op("GET", "follow-ups/<int:pk>", "follow_up", customers.follow_up, _("One conversation"), shapes.follow_up),
    Op("GET", "next-steps", "next_steps", customers.next_steps, _("Next steps"), shapes.step, lists=StepFilter),
    Op("POST", "next-steps", "next_steps", customers.next_step_new, _("Plan a next step"), shapes.step, PlanForm, OF,
       status=201),
    Op("GET", "next-steps/<int:pk>", "next_step", customers.next_step, _("One next step"), shapes.step),
    Op("PATCH", "next-steps/<int:pk>", "next_step", customers.next_step_edit, _("Move an open step to another day"),
       shapes.step, ShiftForm, versioned=True),
    Op("POST", "next-steps/<int:pk>/close", "next_step_close", customers.next_step_close,
       _("Close a step: kept or missed by its day, or dropped"), shapes.step, None, (("dropped", "boolean"),)),
    Op("GET", "deals", "deals", sales.deals, _("Deals"), shapes.deal, lists=DealFilter),
    Op("POST", "deals", "deals", sales.deal_new, _("Open a deal, in the first stage or the open one named"),
       shapes.deal, DealForm, (*OF, ("stage", "integer")), status=201),
    Op("GET", "deals/<int:pk>", "deal", sales.deal, _("One deal"), shapes.deal),
    Op("PATCH", "deals/<int:pk>", "deal", sales.deal_edit, _("Change fields of a deal"), shapes.deal, DealForm,
       versioned=True),
    Op("POST", "deals/<int:pk>/move", "deal_move", sales.deal_move,
       _("Change its stage; “from” is the stage you read, and what the new stage asks is asked here too"),
       shapes.deal, MoveForm, (("to", "integer"),)),
    Op("POST", "deals/<int:pk>/lose", "deal_lose", sales.deal_lose, _("The deal is lost; “from” is the stage you read"),
       shapes.deal, LoseForm),
    Op("GET", "requests", "requests", sales.requests, _("Requests you see"), shapes.request, lists=QueueFilter),
    Op("POST", "requests", "requests", sales.request_new, _("Ask a department"), shapes.request, RequestForm,
       (*OF, ("deal", "integer")), status=201),
    Op("GET", "requests/<int:number>", "request", sales.request, _("One request, by its number"), shapes.request),
    Op("POST", "requests/<int:number>/<slug:verb>", "request_act", sales.request_act,
       _("Act on a request: accept, counter, refuse, ask-back, deliver, hand-over, postpone, agree, insist, answer, "
         "resubmit, confirm, reopen, withdraw, approve, send-back; the body has the fields of that form on the page"),
       shapes.request, None, (("state", "string"),)),
    Op("GET", "reviews/month/<slug:code>", "month", sales.month,
       _("The month's figures, as 2026-11; ?scope= one of those it names")),
)  # fmt: skip
