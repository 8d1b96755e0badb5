from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0004_answers_and_goals")]
    operations = [
        migrations.CreateModel(
            name="Themes",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.CharField(max_length=8)),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("company", "Company"), ("department", "Department"), ("team", "Team"),
                            ("person", "Team member"),
                        ],
                        max_length=10,
                    ),
                ),
                ("scope_id", models.BigIntegerField(default=0)),
                ("as_of", models.DateTimeField()),
                ("is_final", models.BooleanField(default=False)),
                ("found", models.JSONField(default=list)),
                ("topics", models.JSONField(default=dict)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("period", "scope", "scope_id"), name="themes_once")
                ],
            },
        ),
    ]
