from reviews.models.improving import Answer, AnswerUse, Improvement, MethodGoal, Themes
from reviews.models.review import Edition, OpeningDeal, Review, Scope, Target

__all__ = [
    "Answer", "AnswerUse", "Edition", "Improvement", "MethodGoal", "OpeningDeal", "Review", "Scope", "Target", "Themes",
]
