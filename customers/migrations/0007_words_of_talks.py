"""The words of follow-ups by grams of one and two characters (D42), on PostgreSQL: an index of its own arrays, since
trigrams do not find two Chinese characters. SQLite looks through the newest follow-ups instead. And the list of
customers by an index of its own."""

from django.db import migrations, models

# Not in the language sql: inlined, its cost would not be seen, and a rare word be looked for from the newest row on.
GRAMS = """
CREATE OR REPLACE FUNCTION followup_grams(words text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
BEGIN
  words := lower(words);
  RETURN string_to_array(words, NULL)
    || string_to_array(regexp_replace(words, '(..)', '\\1' || chr(1), 'g'), chr(1))
    || string_to_array(regexp_replace(substr(words, 2), '(..)', '\\1' || chr(1), 'g'), chr(1));
END $$
"""
INDEX = """
CREATE INDEX IF NOT EXISTS followup_words ON customers_followup USING gin (followup_grams(text)) WITH (gin_pending_list_limit = 512)
"""


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET LOCAL statement_timeout = 0")  # half a minute for half a million follow-ups
        schema_editor.execute(GRAMS, params=None)
        schema_editor.execute(INDEX, params=None)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX followup_words", params=None)
        schema_editor.execute("DROP FUNCTION followup_grams(text)", params=None)


class Migration(migrations.Migration):
    dependencies = [("customers", "0006_pasted_messages")]
    operations = [
        migrations.AddIndex(  # the whole list, counted and leafed through without a look at its rows
            model_name="customer",
            index=models.Index(
                condition=models.Q(("archived_at", None), ("merged_into", None)),
                fields=["-last_contact_at", "-id", "owner", "team"], name="customer_listed",
            ),
        ),
        migrations.RunPython(make, drop),
    ]
