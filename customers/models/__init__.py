from customers.models.contact import Contact
from customers.models.customer import Customer, CustomerHelper, Gram, TagChange
from customers.models.followup import FollowUp, FollowUpComment, Method, Need, Owed, Phrase, Topic, TopicWord
from customers.models.nextstep import NextStep
from customers.models.pair import CustomerPair
from customers.models.pasted import Pasted
from customers.models.tablerow import TableRow

__all__ = [
    "Contact", "Customer", "CustomerHelper", "CustomerPair", "FollowUp", "FollowUpComment", "Gram", "Method", "Need",
    "NextStep", "Owed", "Pasted", "Phrase", "TableRow", "TagChange", "Topic", "TopicWord",
]
