"""What a bulk deed asks: to whom, which tag, which day."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from customers.forms.step import DateChips
from customers.models import Customer


class AssignForm(forms.Form):
    owner = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Owner"), empty_label="–")

    def __init__(self, *args, user, on, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.assignable_by(user).order_by("pinyin", "pk")


class TagForm(forms.Form):
    tag = forms.ChoiceField(choices=Customer.Tag.choices, label=_("Tag"))

    def __init__(self, *args, user, on, **kwargs):
        super().__init__(*args, **kwargs)


class PlanManyForm(DateChips):
    next_text = forms.CharField(max_length=120, label=_("Next step"))

    def __init__(self, *args, user, on, **kwargs):
        super().__init__(*args, on=on, **kwargs)


FORMS = {"assign": AssignForm, "tag": TagForm, "plan": PlanManyForm}
