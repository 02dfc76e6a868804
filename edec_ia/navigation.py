"""Navigation of every shell, in the programme's own words. Addresses are computed once."""

from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from programme.access import Access
from programme.enums import OFFICE, STAFF, Role
from programme.links import programme_url
from programme.models import Programme


@dataclass(frozen=True)
class Entry:
    """A link of the navigation."""

    label: str
    url: str
    icon: str
    current: bool = False


@dataclass(frozen=True)
class Group:
    """Links under one heading."""

    label: str
    entries: tuple[Entry, ...]


# (heading, ((label, URL name, icon, roles), …))
_STAFF_MENU = (
    (
        _("Pilotage"),
        (
            (_("Tableau de bord"), "reports:dashboard", "home", STAFF),
            (_("Rapports"), "reports:report_list", "file-text", OFFICE),
        ),
    ),
    (
        _("Finances"),
        (
            (_("Budget"), "funding:overview", "euro", OFFICE),
            (_("Dépenses"), "funding:expense_list", "table", OFFICE),
            (_("Engagements"), "funding:commitment_list", "clipboard-check", OFFICE),
            (_("Appels de fonds"), "funding:claim_list", "mail", OFFICE),
            (_("Comptes rendus"), "funding:report_list", "file-text", OFFICE),
        ),
    ),
    (
        _("Accompagnement"),
        (
            (_("Entreprises"), "companies:list", "building", STAFF),
            (_("Journal"), "companies:day", "clock", STAFF),
            (_("Diagnostics"), "diagnostics:list", "clipboard-check", STAFF),
            (_("Plans d’actions"), "diagnostics:plan_list", "list-checks", STAFF),
            (_("Questionnaires"), "diagnostics:author_list", "pen", OFFICE),
            (_("E-mails à venir"), "notifications:planner", "mail", STAFF),
        ),
    ),
    (
        _("Formation"),
        ((_("Sessions"), "trainings:session_list", "graduation", (*STAFF, Role.TRAINER)),),
    ),
    (
        _("Capitalisation"),
        (
            (_("Millésimes"), "observatory:release_list", "chart", OFFICE),
            (_("Observatoire public"), "observatory:public", "globe", STAFF),
        ),
    ),
    (
        _("Administration"),
        (
            (_("E-mails envoyés"), "notifications:message_list", "mail", OFFICE),
            (_("Paramètres"), "reports:settings", "settings", (Role.DIRECTOR,)),
        ),
    ),
)
_FUNDER_MENU = (
    (
        "",
        (
            (_("Avancement"), "reports:funder_progress", "home", (Role.FUNDER,)),
            (_("Budget"), "funding:funder_budget", "euro", (Role.FUNDER,)),
            (_("Appels de fonds"), "funding:funder_claims", "mail", (Role.FUNDER,)),
            (_("Rapports"), "reports:funder_reports", "file-text", (Role.FUNDER,)),
        ),
    ),
)
_COMPANY_MENU = (
    (
        "",
        (
            (_("Accueil"), "companies:space_home", "home", (Role.COMPANY,)),
            (_("Diagnostic"), "diagnostics:space_diagnostics", "clipboard-check", (Role.COMPANY,)),
            (_("Plan d’actions"), "diagnostics:space_plan", "list-checks", (Role.COMPANY,)),
            (_("Formations"), "trainings:space_sessions", "graduation", (Role.COMPANY,)),
            (_("Aides reçues"), "funding:space_aid", "euro", (Role.COMPANY,)),
            (_("Documents"), "documents:space_documents", "file-text", (Role.COMPANY,)),
        ),
    ),
)
_PUBLIC_MENU = (
    (
        "",
        (
            (_("Le programme"), "observatory:home", "home", ()),
            (_("Observatoire"), "observatory:public", "chart", ()),
            (_("Formations"), "trainings:catalogue", "graduation", ()),
            (_("Vérifier un document"), "verification:home", "shield", ()),
        ),
    ),
)
_PUBLIC_SHELL = "layout/public.html"
_MENUS = {
    "layout/staff.html": _STAFF_MENU,
    "layout/funder.html": _FUNDER_MENU,
    "layout/company.html": _COMPANY_MENU,
    _PUBLIC_SHELL: _PUBLIC_MENU,
}


@lru_cache(maxsize=512)
def _menu(slug: str, shell: str, roles: frozenset[Role]) -> tuple[Group, ...]:
    programme = Programme(slug=slug)
    groups = []
    for heading, rows in _MENUS[shell]:
        entries = tuple(
            Entry(str(label), _address(programme, name), icon)
            for label, name, icon, allowed in rows
            if not allowed or not roles.isdisjoint(allowed)
        )
        if entries:
            groups.append(Group(str(heading), entries))
    return tuple(groups)


def _address(programme: Programme, name: str) -> str:
    """The verification page alone stands outside every programme: a code does not say which one."""
    return reverse(name) if name.startswith("verification:") else programme_url(programme, name)


def navigation(programme: Programme, access: Access, path: str) -> tuple[Group, ...]:
    """The caller's menu, with the entry of the present page marked (the longest address that fits)."""
    return _marked(_menu(programme.slug, access.shell, access.roles), path)


def public_navigation(programme: Programme, path: str) -> tuple[Group, ...]:
    """The menu of a programme's public pages: the same for everybody, signed in or not."""
    return _marked(_menu(programme.slug, _PUBLIC_SHELL, frozenset()), path)


def _marked(groups: tuple[Group, ...], path: str) -> tuple[Group, ...]:
    fitting = [entry.url for group in groups for entry in group.entries if path.startswith(entry.url)]
    if not fitting:
        return groups
    best = max(fitting, key=len)
    return tuple(
        Group(
            group.label,
            tuple(Entry(e.label, e.url, e.icon, current=e.url == best) for e in group.entries),
        )
        for group in groups
    )
