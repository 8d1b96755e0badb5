from accounts.models.calendar import CompanyDay, Leave, WorkingHours
from accounts.models.joining import JoinAsk, JoinLink
from accounts.models.places import Department, Team
from accounts.models.settings import Setting
from accounts.models.user import ApiToken, FeedAddress, Invitation, User
from accounts.models.views import SavedView

__all__ = [
    "ApiToken", "CompanyDay", "Department", "FeedAddress", "Invitation", "JoinAsk", "JoinLink", "Leave", "SavedView",
    "Setting", "Team", "User", "WorkingHours",
]
