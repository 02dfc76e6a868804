"""People of a company: contacts, what they agreed to, and the accounts that act for it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.enums import ConsentChannel, ContactRole
from companies.models.participation import Participation
from core.enums import choices
from core.models import TimestampedModel


class Contact(TimestampedModel):
    """A person met in a company, in one programme."""

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="contacts")
    first_name = models.CharField(_("prénom"), max_length=80, blank=True)
    last_name = models.CharField(_("nom"), max_length=80)
    role = models.CharField(_("rôle"), max_length=10, choices=choices(ContactRole), blank=True)
    job_title = models.CharField(_("fonction"), max_length=120, blank=True)
    email = models.EmailField(_("adresse e-mail"), blank=True)
    phone = models.CharField(_("téléphone"), max_length=30, blank=True)
    is_main = models.BooleanField(_("contact principal"), default=False)

    class Meta:
        ordering = ["-is_main", "last_name", "first_name", "pk"]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class ContactConsent(models.Model):
    """A person agreed to be contacted, on the words of one version of the notice; kept when withdrawn."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consents")
    version = models.CharField(_("version de la notice"), max_length=12)
    channel = models.CharField(_("recueilli"), max_length=8, choices=choices(ConsentChannel))
    given_at = models.DateTimeField(_("donné le"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    withdrawn_at = models.DateTimeField(_("retiré le"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact"], condition=models.Q(withdrawn_at=None), name="one_standing_consent"
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.version}"


class Membership(models.Model):
    """A user acts for a company in a programme (she also holds the ``company`` role there)."""

    participation = models.ForeignKey(Participation, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="memberships"
    )
    is_manager = models.BooleanField(_("dirigeant ou référent"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["participation", "user"], name="membership_unique")]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.participation_id}"
