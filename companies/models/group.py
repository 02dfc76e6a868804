"""Linked companies."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from programme.models import Programme, ProgrammeOwnedQuerySet


class CompanyGroup(models.Model):
    """Linked companies: aid ceilings, secrecy and benchmarks count the group once."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="company_groups")
    name = models.CharField(_("nom"), max_length=160)

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["programme", "name"], name="group_name_unique")]

    def __str__(self) -> str:
        return self.name
