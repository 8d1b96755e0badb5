from collaboration.models.kind import KindStep, RequestKind
from collaboration.models.parts import ApprovalStep, RequestComment, Watcher
from collaboration.models.request import CollaborationRequest, RequestInterval

__all__ = [
    "ApprovalStep", "CollaborationRequest", "KindStep", "RequestComment", "RequestInterval", "RequestKind", "Watcher",
]
