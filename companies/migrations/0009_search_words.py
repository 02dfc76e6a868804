from django.db import migrations
from django.db.models import Value
from django.db.models.functions import Concat

from companies.identifiers import telephone_digits
from companies.search_index import ensure_search_index


def add_telephones(apps, schema_editor):
    """A company is found by the telephone of its contacts too."""
    Contact = apps.get_model("companies", "Contact")
    Participation = apps.get_model("companies", "Participation")
    rows = Contact.objects.exclude(phone="").values_list("participation_id", "phone").order_by("pk")
    for participation, phone in rows.iterator(chunk_size=1000):
        digits = telephone_digits(phone)
        if digits:
            found = Participation.objects.filter(pk=participation).exclude(search_text__contains=digits)
            found.update(search_text=Concat("search_text", Value(f" {digits}")))


def add_index(apps, schema_editor):
    ensure_search_index(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [("companies", "0008_meeting_leader_optional")]

    operations = [
        migrations.RunPython(add_telephones, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(add_index, migrations.RunPython.noop),
    ]
