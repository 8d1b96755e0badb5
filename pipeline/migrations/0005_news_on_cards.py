"""What a card says when an approval was withdrawn."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("pipeline", "0004_playbooks")]

    operations = [
        migrations.AlterField(
            model_name="cardnote",
            name="kind",
            field=models.CharField(
                choices=[("hold", "Hold"), ("waiting", "Waiting"), ("good", "Good news"), ("bad", "Bad news")],
                max_length=8,
            ),
        ),
    ]
