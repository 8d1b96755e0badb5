from pipeline.models.deal import CardNote, Deal, DealLink, KeyAction, LossReason, Risk, RiskType
from pipeline.models.progress import StageProgress
from pipeline.models.rhythm import DayClose, DayMark, Meeting, MeetingItem
from pipeline.models.stage import Playbook, Stage, StageDuty, StageVersion

__all__ = [
    "CardNote", "DayClose", "DayMark", "Deal", "DealLink", "KeyAction", "LossReason", "Meeting", "MeetingItem",
    "Playbook", "Risk", "RiskType", "Stage", "StageDuty", "StageProgress", "StageVersion",
]
