from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

from companies.search_index import ensure_search_index

INDEX = "participation_search_trigrams"


def add_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE INDEX IF NOT EXISTS {INDEX} ON companies_participation USING gin (search_text gin_trgm_ops)"
        )
    ensure_search_index(schema_editor.connection)


def remove_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP INDEX IF EXISTS {INDEX}")


def fill_projections(apps, schema_editor):
    Participation = apps.get_model("companies", "Participation")
    rows = Participation.objects.select_related("establishment__company")
    changed = []
    for row in rows.iterator(chunk_size=1000):
        place, company = row.establishment, row.establishment.company
        stated = row.stated or {}
        row.postal_code = stated.get("postal_code", place.postal_code)
        row.activity_code = (
            stated.get("activity_code", place.activity_id)
            or stated.get("company_activity_code", company.activity_id)
            or ""
        )
        row.company_created_on = company.created_on
        changed.append(row)
        if len(changed) == 1000:
            Participation.objects.bulk_update(changed, ["postal_code", "activity_code", "company_created_on"])
            changed = []
    Participation.objects.bulk_update(changed, ["postal_code", "activity_code", "company_created_on"])


class Migration(migrations.Migration):

    dependencies = [("companies", "0006_follow_up")]

    operations = [
        TrigramExtension(),
        migrations.RunPython(fill_projections, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(add_index, remove_index),
    ]
