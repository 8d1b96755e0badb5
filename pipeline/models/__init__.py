from pipeline.models.agreement import AgreementJudgement, AgreementSample
from pipeline.models.deal import ActionKind, CardNote, Deal, DealLink, KeyAction, LossReason, Risk, RiskType
from pipeline.models.payment import Payment
from pipeline.models.progress import StageProgress
from pipeline.models.rhythm import DayClose, DayMark, Meeting, MeetingItem, MeetingPage
from pipeline.models.stage import Playbook, Stage, StageDuty, StageVersion

__all__ = [
    "ActionKind", "AgreementJudgement", "AgreementSample", "CardNote", "DayClose", "DayMark", "Deal", "DealLink",
    "KeyAction", "LossReason", "Meeting", "MeetingItem", "MeetingPage", "Payment", "Playbook", "Risk", "RiskType",
    "Stage", "StageDuty", "StageProgress", "StageVersion",
]
