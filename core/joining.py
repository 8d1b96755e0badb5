"""Many keys in one column of one row: a second question saved."""

from django.db.models import Aggregate, CharField


class Keys(Aggregate):
    """Whole numbers of a group as one text with commas: both databases can, each by a name of its own."""

    function = "GROUP_CONCAT"
    output_field = CharField()

    def as_postgresql(self, compiler, connection, **extra):
        return self.as_sql(compiler, connection, template="STRING_AGG((%(expressions)s)::text, ',')", **extra)
