"""The page a one-time link opens: set the first password, then the role's home."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.forms.sign_in import FirstPasswordForm
from accounts.inviting import accept, read
from accounts.second_factor import note
from core.held import keep_only_for


@login_not_required
@sensitive_post_parameters("password1", "password2")
@never_cache
def enter(request, token):
    """Open to whoever holds the link. A link that is used, old or made up says so without a name."""
    invitation = read(token, now=timezone.now())
    if invitation is None:
        return render(request, "account/invite.html", {"gone": True}, status=404)
    form = FirstPasswordForm(request.POST or None, user=invitation.user)
    if request.method == "POST" and form.is_valid():
        user = accept(invitation, form.cleaned_data["password1"], now=timezone.now())
        login(request, user, backend="accounts.backends.SignIn")
        keep_only_for(request, user)
        note(request, user)
        return redirect("home")
    status = 422 if form.errors else 200
    return render(request, "account/invite.html", {"form": form, "person": invitation.user}, status=status)
