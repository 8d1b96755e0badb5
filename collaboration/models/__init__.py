from collaboration.models.kind import KindClock, KindStep, RequestKind
from collaboration.models.parts import ApprovalStep, RequestAlarm, RequestComment, Watcher
from collaboration.models.request import CollaborationRequest, RequestInterval

__all__ = [
    "ApprovalStep", "CollaborationRequest", "KindClock", "KindStep", "RequestAlarm", "RequestComment",
    "RequestInterval", "RequestKind", "Watcher",
]
