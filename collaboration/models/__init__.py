from collaboration.models.kind import KindClock, KindStep, RequestKind
from collaboration.models.parts import ApprovalStep, CheckItem, RequestAlarm, RequestComment, RequestLink, Watcher
from collaboration.models.request import CollaborationRequest, RequestInterval

__all__ = [
    "ApprovalStep", "CheckItem", "CollaborationRequest", "KindClock", "KindStep", "RequestAlarm", "RequestComment",
    "RequestInterval", "RequestKind", "RequestLink", "Watcher",
]
