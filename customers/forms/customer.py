"""The shape of a customer and of a contact: the fields of ux §3.3, in their order."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from core.text import is_masked, phone_key
from customers.custom import own_fields
from customers.models import Contact, Customer
from exchange.models import FieldDefinition
from exchange.ownforms import add_fields, patch_of, patched
from exchange.tuning import tune

SOURCES = ["官网", "转介绍", "展会", "广告", "电话", "其他"]
FIELDS = ["name", "source", "industry", "size_text", "revenue", "address", "website", "grade", "labels", "notes"]
MORE = ["position", "email", "wechat", "address", "website", "grade", "tag", "labels", "notes"]


Asked = FieldDefinition.Asked


class CustomerForm(forms.ModelForm):
    """Editing; the owner and the tag have their own deeds. Behind the fields every customer has come those an admin
    added (`own`), of the person who edits (`user`)."""

    asked_when = {Asked.NEW, Asked.EDIT}

    name = forms.CharField(max_length=60, label=gettext_lazy("Customer"))
    notes = forms.CharField(required=False, max_length=20_000, label=gettext_lazy("Notes"),
                            widget=forms.Textarea(attrs={"rows": 3}))
    revenue = forms.DecimalField(required=False, min_value=0, max_digits=16, decimal_places=2,
                                 label=gettext_lazy("Revenue (CNY a year)"))

    class Meta:
        model = Customer
        fields = FIELDS

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["source"].widget.attrs["list"] = "sources"
        self.fields["labels"].help_text = _("Words with commas between")
        self.own = [one for one in own_fields() if one.asked in self.asked_when]
        add_fields(self, self.own, self.instance.custom, user=user)
        tune(self, "customer", new=Asked.EDIT not in self.asked_when)

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        if not name:
            raise forms.ValidationError(_("Enter %(field)s") % {"field": _("the customer's name")})
        return name


class NewCustomerForm(CustomerForm):
    """A new one: with its first contact, a name or a phone of whom is asked."""

    contact_name = forms.CharField(required=False, max_length=60, label=gettext_lazy("Contact"))
    phone = forms.CharField(required=False, max_length=40, label=gettext_lazy("Phone"))
    position = forms.CharField(required=False, max_length=60, label=pgettext_lazy("of a contact", "Position"))
    email = forms.EmailField(required=False, label=gettext_lazy("Email"))
    wechat = forms.CharField(required=False, max_length=60, label=gettext_lazy("WeChat"))
    owner = forms.ModelChoiceField(queryset=User.objects.none(), required=False, label=gettext_lazy("Owner"))
    tag = forms.ChoiceField(choices=Customer.Tag.choices, required=False, label=gettext_lazy("Tag"))

    asked_when = {Asked.NEW}
    field_order = ["name", "contact_name", "phone", "source", "industry", "size_text", "revenue", "owner", *MORE]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        people = User.objects.assignable_by(user).order_by("pinyin", "pk")
        self.fields["owner"].queryset = people
        if user.is_rep:
            del self.fields["owner"]
        else:
            self.fields["owner"].initial = user.pk if user.is_manager else None
            self.fields["owner"].empty_label = _("nobody yet")

    def clean(self):
        data = super().clean()
        if not data.get("contact_name") and not data.get("phone") and not {"contact_name", "phone"} & set(self.errors):
            self.add_error("contact_name", _("Enter the contact's name or phone"))
        return data

    def clean_phone(self):
        return check_phone(self.cleaned_data["phone"])

    def row(self):
        """What customers/creating.py takes."""
        data = self.cleaned_data
        owner = self.user if self.user.is_rep else data.get("owner")
        row = {name: data[name] for name in FIELDS if data.get(name) not in (None, "")}
        row |= {"owner": owner, "tag": data.get("tag") or Customer.Tag.PROSPECT}
        if custom := patched({}, patch_of(self, self.own)):
            row["custom"] = custom
        if owner is None and self.user.team_id:
            row["team"] = self.user.team
        contact = {"name": data["contact_name"], "phone": data["phone"], "position": data["position"],
                   "email": data["email"], "wechat": data["wechat"]}
        return row | {"contacts": [contact]}

    @property
    def more(self):
        names = (*MORE, *(one.slug for one in self.own if not one.required))
        return [self[name] for name in names if name in self.fields]

    @property
    def first(self):
        """What is seen at once; a field that is required never hides."""
        behind = {*MORE, *(one.slug for one in self.own if not one.required)}
        return [self[name] for name in self.fields if name not in behind]


class ContactForm(forms.ModelForm):
    class Meta:
        model = Contact
        fields = ["name", "phone", "position", "email", "wechat", "part", "is_main", "notes"]

    def __init__(self, *args, sees_phone=True, **kwargs):
        super().__init__(*args, **kwargs)
        if not sees_phone:
            for name in ("phone", "email", "wechat"):
                del self.fields[name]

    def clean_phone(self):
        return check_phone(self.cleaned_data["phone"])

    def clean(self):
        data = super().clean()
        if "phone" in self.fields and not data.get("name") and not data.get("phone") and not self.errors:
            self.add_error("name", _("Enter the contact's name or phone"))
        return data


def check_phone(phone):
    """A number with at least five digits, or nothing; a mask is not a number."""
    if not phone:
        return ""
    if is_masked(phone) or not 5 <= len(phone_key(phone)) <= 20:
        raise forms.ValidationError(_("“%(phone)s” is not a phone number") % {"phone": phone})
    return phone
