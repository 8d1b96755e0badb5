"""What was pasted already (R1): a message of a chat or mail thread is kept once, however often the thread comes."""

from django.db import models

from customers.models.followup import FollowUp


class Pasted(models.Model):
    """One message of a pasted thread, by its digest (customers/conversations.py), and the follow-up that tells it."""

    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, related_name="pasted")
    digest = models.CharField(max_length=32, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["follow_up", "digest"], name="pasted_once")]

    def __str__(self):
        return self.digest
