import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0005_step_ends'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pasted',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(db_index=True, max_length=32)),
                ('follow_up', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pasted', to='customers.followup')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('follow_up', 'digest'), name='pasted_once')],
            },
        ),
    ]
