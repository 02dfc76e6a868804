"""What accounts hold about a person: her name, her ways in, her links."""

from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from accounts.models import PersonalLink, User
from core import audit
from core.i18n import gettext_lazy as _
from core.persons import (
    ACCOUNTING_REASON,
    ERASED_NAME,
    Erasure,
    PersonRecord,
    PersonScope,
    erased_address,
    kept,
)
from core.registries import PersonDataSource, person_data

_CREDENTIALS = (("account", "EmailAddress"), ("mfa", "Authenticator"), ("socialaccount", "SocialAccount"))
_SHARED = _("Le compte de connexion est effacé dès qu’aucun programme de l’installation ne s’en sert plus.")


def _links(scope: PersonScope, user: User) -> Any:
    rows = PersonalLink.objects.filter(user=user)
    return rows.filter(programme_id=scope.programme.pk) if scope.programme is not None else rows


def _collect(scope: PersonScope) -> list[PersonRecord]:
    user = User.objects.filter(email__iexact=scope.email).first()
    if user is None or (scope.programme is not None and not scope.belongs_here):
        return []
    facts = {
        str(_("prénom")): user.first_name,
        str(_("nom")): user.last_name,
        str(_("adresse e-mail")): user.email,
        str(_("inscription")): user.date_joined,
        str(_("liens personnels envoyés")): _links(scope, user).count(),
    }
    return [PersonRecord(str(_("Compte de connexion")), facts)]


def _erase(scope: PersonScope) -> Erasure:
    user = User.objects.filter(email__iexact=scope.email).first()
    if user is None or (scope.programme is not None and not scope.belongs_here):
        return Erasure()
    # The same words whether or not another programme uses the account: an erasure must not tell.
    notes = (str(_SHARED),) if scope.programme is not None else ()
    erased, _rows = _links(scope, user).delete()
    if scope.belongs_elsewhere or user.is_superuser:
        return Erasure(erased=erased, notes=notes)
    _close(user)
    if scope.keeps_account:
        reason = kept(_("Nom et adresse de la personne qui a validé"), 1, ACCOUNTING_REASON)
        return Erasure(erased=erased, kept=reason, notes=notes)
    User.objects.filter(pk=user.pk).update(
        email=erased_address(user.pk), first_name="", last_name=ERASED_NAME
    )
    audit.forget_names([user])
    return Erasure(erased=erased + (scope.programme is None), notes=notes)


def _close(user: User) -> None:
    """Nobody enters with this account any more: no password, no second factor, no link, no session."""
    user.set_unusable_password()
    User.objects.filter(pk=user.pk).update(is_active=False, password=user.password, last_login=None)
    for app, name in _CREDENTIALS:
        if apps.is_installed(f"allauth.{app}"):
            apps.get_model(app, name).objects.filter(user_id=user.pk).delete()
    PersonalLink.objects.filter(user=user).delete()
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for session in Session.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            store(session.session_key).delete()


person_data.register(
    "accounts",
    PersonDataSource(
        label=_("Compte"),
        purpose=_("Entrer dans l’application (intérêt légitime)."),
        rank=90,
        collect=_collect,
        erase=_erase,
        # Accounts are erased here; those of namesakes are not this person's.
        keeps={"accounts.user": "", "account.emailaddress": "", "sessions.session": ""},
    ),
)
