"""The French sentences of import faults: what is wrong, where, and what to do."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from companies.drafts import Issue, IssueCode
from companies.faults import FileFaultCode, FileFaultError
from companies.identifiers import format_siren
from companies.import_parsing import Field
from companies.reference import WORKFORCE_BOUNDS
from core.formats import format_number

Sentence = Callable[[Issue], str]


def field_label(field: str) -> str:
    """Name of a column in the downloadable template."""
    return {
        Field.SIRET: _("SIRET"),
        Field.NAME: _("Raison sociale"),
        Field.TRADE_NAME: _("Enseigne"),
        Field.ADDRESS: _("Adresse"),
        Field.POSTAL_CODE: _("Code postal"),
        Field.CITY: _("Commune"),
        Field.COMMUNE_CODE: _("Code commune"),
        Field.NAF_CODE: _("Code NAF"),
        Field.WORKFORCE: _("Effectif"),
        Field.WORKFORCE_BAND: _("Tranche d’effectif"),
        Field.LEGAL_CATEGORY: _("Catégorie juridique"),
        Field.STAGE: _("Étape"),
        Field.ADVISOR_EMAIL: _("E-mail du conseiller"),
        Field.CONTACT_FIRST_NAME: _("Prénom du contact"),
        Field.CONTACT_LAST_NAME: _("Nom du contact"),
        Field.CONTACT_EMAIL: _("E-mail du contact"),
        Field.CONTACT_PHONE: _("Téléphone du contact"),
        Field.CONTACT_POSITION: _("Fonction du contact"),
    }[Field(field)]


def workforce_label(band: str) -> str:
    """An INSEE workforce band in words."""
    if band not in WORKFORCE_BOUNDS:
        return _("non connu") if band == "NN" else band
    smallest, largest = WORKFORCE_BOUNDS[band]
    if largest is None:
        return _("%(n)s salariés et plus") % {"n": format_number(smallest)}
    if smallest == largest:
        return _("0 salarié")
    if largest == smallest + 1:
        return _("%(a)s ou %(b)s salariés") % {"a": smallest, "b": largest}
    return _("%(a)s à %(b)s salariés") % {"a": format_number(smallest), "b": format_number(largest)}


def identity_label(field: str) -> str:
    """Name of a fact of a company's identity."""
    return {
        "name": _("Raison sociale"),
        "trade_name": _("Enseigne"),
        "address": _("Adresse"),
        "postal_code": _("Code postal"),
        "city": _("Commune"),
        "commune_code": _("Code commune"),
        "activity_code": _("Code NAF"),
        "workforce_band": _("Tranche d’effectif"),
        "company_activity_code": _("Code NAF de l’entreprise"),
        "company_workforce_band": _("Tranche d’effectif de l’entreprise"),
        "legal_category": _("Catégorie juridique"),
        "size_category": _("Catégorie d’entreprise"),
        "company_created_on": _("Date de création"),
        "is_head_office": _("Siège"),
        "is_closed": _("Établissement fermé"),
        "company_is_closed": _("Entreprise cessée"),
        "is_undisclosed": _("Non diffusible"),
    }[field]


def shown_fact(field: str, value: Any) -> str:
    """A fact of a company's identity as a person reads it."""
    if isinstance(value, bool):
        return _("oui") if value else _("non")
    return workforce_label(value) if field.endswith("workforce_band") else str(value)


def withheld_name(siren: str) -> str:
    """What stands for a name that the register withholds."""
    return _("Entreprise non diffusible %(siren)s") % {"siren": format_siren(siren)}


def describe_issue(issue: Issue) -> str:
    """Say one remark in a sentence, its column first when there is one."""
    sentence = _ISSUES[issue.code](issue)
    if issue.column:
        return _("Colonne «\u00a0%(column)s\u00a0»\u00a0: %(sentence)s") % {
            "column": issue.column,
            "sentence": sentence,
        }
    return sentence[:1].upper() + sentence[1:]


def describe_fault(fault: FileFaultError) -> str:
    """Say why a whole file is refused, where, and what to do; nothing was imported."""
    return f"{_FAULTS[fault.code](fault)} {_('Rien n’a été importé.')}"


def _fill(template: str, issue: Issue) -> str:
    return template % {"value": issue.value, "detail": issue.detail}


def _closed(issue: Issue, dated: str, undated: str) -> str:
    if issue.detail:
        return dated % {"date": "/".join(reversed(issue.detail.split("-")))}
    return undated


def _siret_issues() -> dict[IssueCode, Sentence]:
    return {
        IssueCode.SIRET_MISSING: lambda i: _("le SIRET manque."),
        IssueCode.SIRET_SCIENTIFIC: lambda i: _fill(
            _(
                "«\u00a0%(value)s\u00a0» est un nombre arrondi par le tableur\u00a0: des chiffres "
                "sont perdus. "
                "Mettez la colonne au format Texte et ressaisissez le SIRET."
            ),
            i,
        ),
        IssueCode.SIRET_NOT_DIGITS: lambda i: _fill(
            _("«\u00a0%(value)s\u00a0» n’est pas un SIRET\u00a0: 14 chiffres sont attendus."), i
        ),
        IssueCode.SIRET_IS_SIREN: lambda i: _fill(
            _(
                "«\u00a0%(value)s\u00a0» est un SIREN (9 chiffres)\u00a0: "
                "indiquez le SIRET de l’établissement (14 chiffres)."
            ),
            i,
        ),
        IssueCode.SIRET_LENGTH: lambda i: _fill(_("«\u00a0%(value)s\u00a0» n’a pas 14 chiffres."), i),
        IssueCode.SIRET_CHECKSUM: lambda i: _fill(
            _(
                "la clé de contrôle de «\u00a0%(value)s\u00a0» est fausse\u00a0: vérifiez les "
                "chiffres un à un."
            ),
            i,
        ),
        IssueCode.SIRET_RESERVED: lambda i: _fill(
            _(
                "«\u00a0%(value)s\u00a0» est un numéro jamais attribué, réservé aux programmes de "
                "démonstration."
            ),
            i,
        ),
        IssueCode.SIREN_INVALID: lambda i: _fill(
            _("«\u00a0%(value)s\u00a0» n’est pas un SIREN valable\u00a0: sa clé est fausse."), i
        ),
        IssueCode.SIREN_RESERVED: lambda i: _fill(
            _(
                "«\u00a0%(value)s\u00a0» est un numéro jamais attribué, réservé aux programmes de "
                "démonstration."
            ),
            i,
        ),
        IssueCode.DUPLICATE_IN_FILE: lambda i: _fill(
            _("le SIRET «\u00a0%(value)s\u00a0» figure déjà à la ligne %(detail)s du fichier."), i
        ),
    }


def _cell_issues() -> dict[IssueCode, Sentence]:
    return {
        IssueCode.NAME_MISSING: lambda i: _("le nom de l’entreprise manque."),
        IssueCode.POSTAL_CODE_INVALID: lambda i: _fill(
            _("«\u00a0%(value)s\u00a0» n’est pas un code postal\u00a0: 5 chiffres sont attendus."), i
        ),
        IssueCode.NAF_INVALID: lambda i: _fill(
            _("«\u00a0%(value)s\u00a0» n’est pas un code NAF (exemple\u00a0: 62.01Z)."), i
        ),
        IssueCode.WORKFORCE_INVALID: lambda i: _fill(
            _("«\u00a0%(value)s\u00a0» n’est ni un nombre de salariés ni une tranche d’effectif de l’INSEE."),
            i,
        ),
        IssueCode.LEGAL_CATEGORY_INVALID: lambda i: _fill(
            _(
                "«\u00a0%(value)s\u00a0» n’est pas un code de catégorie juridique (4 chiffres, "
                "exemple\u00a0: 5710)."
            ),
            i,
        ),
        IssueCode.EMAIL_INVALID: lambda i: _fill(
            _("«\u00a0%(value)s\u00a0» n’est pas une adresse e-mail."), i
        ),
        IssueCode.CONTACT_NAME_MISSING: lambda i: _(
            "indiquez le nom de la personne, ou videz les autres colonnes du contact."
        ),
        IssueCode.STAGE_UNKNOWN: lambda i: _fill(_("«\u00a0%(value)s\u00a0» n’est pas une étape connue."), i),
        IssueCode.ADVISOR_UNKNOWN: lambda i: _fill(
            _("«\u00a0%(value)s\u00a0» n’est l’adresse d’aucun conseiller de ce programme."), i
        ),
        IssueCode.CELL_ERROR: lambda i: _fill(
            _("la cellule contient l’erreur de tableur «\u00a0%(value)s\u00a0»."), i
        ),
        IssueCode.CELL_DAMAGED: lambda i: _fill(
            _(
                "«\u00a0%(value)s\u00a0» contient un caractère abîmé (�)\u00a0: corrigez-le dans le "
                "fichier d’origine."
            ),
            i,
        ),
        IssueCode.CELL_TOO_LONG: lambda i: _fill(_("le texte dépasse %(detail)s caractères."), i),
        IssueCode.TOO_MANY_CELLS: lambda i: _fill(
            _(
                "la ligne a des cellules en trop par rapport aux titres (%(detail)s)\u00a0: un séparateur "
                "se trouve sans doute dans un texte."
            ),
            i,
        ),
    }


def _register_issues() -> dict[IssueCode, Sentence]:
    return {
        IssueCode.REGISTER_EMPTY_RECORD: lambda i: _(
            "la fiche du répertoire est vide\u00a0: ni nom, ni établissement."
        ),
        IssueCode.REGISTER_UNREADABLE: lambda i: _(
            "la fiche du répertoire ne donne aucun établissement dont le SIRET soit valable."
        ),
        IssueCode.COMPANY_CLOSED: lambda i: _closed(
            i,
            _("entreprise cessée le %(date)s\u00a0: conservée."),
            _("entreprise cessée\u00a0: conservée."),
        ),
        IssueCode.ESTABLISHMENT_CLOSED: lambda i: _closed(
            i,
            _("établissement fermé le %(date)s\u00a0: conservé."),
            _("établissement fermé\u00a0: conservé."),
        ),
        IssueCode.NOT_DIFFUSIBLE: lambda i: _(
            "entreprise non diffusible\u00a0: son nom et son adresse peuvent manquer."
        ),
        IssueCode.WORKFORCE_UNKNOWN: lambda i: _("effectif inconnu du répertoire."),
        IssueCode.HEAD_OFFICE_ELSEWHERE: lambda i: _fill(
            _("siège à %(detail)s\u00a0: l’établissement de %(value)s est retenu."), i
        ),
        IssueCode.SEVERAL_ESTABLISHMENTS: lambda i: _fill(
            _(
                "plusieurs établissements ouverts dans le territoire\u00a0: "
                "%(value)s est retenu (autres\u00a0: %(detail)s)."
            ),
            i,
        ),
    }


def _duplicate_issues() -> dict[IssueCode, Sentence]:
    return {
        IssueCode.SAME_COMPANY: lambda i: _fill(
            _(
                "un autre établissement de cette entreprise est déjà suivi\u00a0: «\u00a0%(value)s\u00a0» "
                "(%(detail)s)."
            ),
            i,
        ),
        IssueCode.NEAR_DUPLICATE: lambda i: _fill(
            _(
                "doublon possible\u00a0: «\u00a0%(value)s\u00a0» (%(detail)s) a le même code postal et "
                "un nom proche."
            ),
            i,
        ),
        IssueCode.MERGED_AWAY: lambda i: _fill(
            _("ce SIRET a été réuni avec «\u00a0%(value)s\u00a0»\u00a0: la ligne n’y change rien."), i
        ),
    }


def _place_issues() -> dict[IssueCode, Sentence]:
    return {
        IssueCode.OUTSIDE_TERRITORY: lambda i: _fill(
            _(
                "«\u00a0%(value)s\u00a0» est hors du territoire du programme\u00a0: "
                "l’entreprise est conservée, signalée hors territoire."
            ),
            i,
        ),
        IssueCode.COMMUNE_UNKNOWN: lambda i: (
            _fill(
                _(
                    "«\u00a0%(value)s\u00a0» ne correspond à aucune commune du territoire\u00a0: à "
                    "préciser sur la fiche."
                ),
                i,
            )
            if i.value
            else _("la commune n’est pas indiquée\u00a0: à préciser sur la fiche.")
        ),
        IssueCode.COMMUNE_MERGED: lambda i: _fill(
            _("«\u00a0%(value)s\u00a0» fait aujourd’hui partie de la commune %(detail)s, qui est retenue."), i
        ),
        IssueCode.NAF_OLD: lambda i: (
            _fill(
                _(
                    "«\u00a0%(value)s\u00a0» est un code d’une ancienne nomenclature\u00a0: "
                    "%(detail)s est retenu."
                ),
                i,
            )
            if i.detail
            else _fill(
                _("«\u00a0%(value)s\u00a0» est un code d’une ancienne nomenclature\u00a0: laissé vide."), i
            )
        ),
        IssueCode.NAF_UNKNOWN: lambda i: (
            _fill(_("«\u00a0%(value)s\u00a0» n’existe pas dans la NAF rév. 2\u00a0: laissé vide."), i)
            if i.value
            else _("activité inconnue du répertoire.")
        ),
    }


_ISSUES: dict[IssueCode, Sentence] = {
    **_siret_issues(),
    **_cell_issues(),
    **_register_issues(),
    **_place_issues(),
    **_duplicate_issues(),
}


def _where(fault: FileFaultError) -> str:
    """Name the place: a cell of a sheet, or a row."""
    if "!" in fault.place:
        sheet, cell = fault.place.rsplit("!", 1)
        return _("Feuille «\u00a0%(sheet)s\u00a0», cellule %(cell)s") % {"sheet": sheet, "cell": cell}
    return _("Ligne %(row)s") % {"row": fault.place}


def _file_faults() -> dict[FileFaultCode, Callable[[FileFaultError], str]]:
    return {
        FileFaultCode.EMPTY: lambda f: _("Le fichier est vide."),
        FileFaultCode.TOO_LARGE: lambda f: (
            _("Le fichier pèse plus de %(limit)s Mo. Découpez-le en plusieurs fichiers.")
            % {"limit": f.detail}
        ),
        FileFaultCode.NOT_A_TABLE: lambda f: _(
            "Ce n’est pas un tableau. Envoyez un fichier CSV ou XLSX, "
            "ou une réponse JSON du répertoire des entreprises."
        ),
        FileFaultCode.OLD_EXCEL: lambda f: _(
            "C’est un classeur d’un ancien format (XLS) ou protégé par un mot de passe. "
            "Enregistrez-le au format XLSX, sans mot de passe."
        ),
        FileFaultCode.TOO_MANY_ROWS: lambda f: (
            _("%(where)s\u00a0: le fichier dépasse %(limit)s lignes. Découpez-le en plusieurs fichiers.")
            % {"where": _where(f), "limit": f.detail}
        ),
        FileFaultCode.TOO_MANY_COLUMNS: lambda f: (
            _("%(where)s\u00a0: le fichier dépasse %(limit)s colonnes. Supprimez les colonnes inutiles.")
            % {"where": _where(f), "limit": f.detail}
        ),
        FileFaultCode.NO_ROWS: lambda f: _("Le tableau a des titres de colonnes mais aucune ligne."),
        FileFaultCode.JSON_BROKEN: lambda f: (
            _("Le JSON est mal formé à la ligne %(row)s, colonne %(column)s.")
            % {"row": f.place, "column": f.detail}
        ),
        FileFaultCode.JSON_NOT_REGISTER: lambda f: _(
            "Ce JSON n’est pas une réponse du répertoire des entreprises\u00a0: la liste "
            "«\u00a0results\u00a0» manque."
        ),
        FileFaultCode.REGISTER_ERROR: lambda f: (
            _("Le répertoire des entreprises a répondu une erreur\u00a0: «\u00a0%(detail)s\u00a0».")
            % {"detail": f.detail}
        ),
    }


def _text_faults() -> dict[FileFaultCode, Callable[[FileFaultError], str]]:
    return {
        FileFaultCode.ENCODING: lambda f: (
            _(
                "Ligne %(row)s\u00a0: des caractères sont illisibles. "
                "Enregistrez le fichier en UTF-8 («\u00a0CSV UTF-8\u00a0» dans un tableur)."
            )
            % {"row": f.place}
        ),
        FileFaultCode.ENCODING_MIXED: lambda f: (
            _("Ligne %(row)s\u00a0: le fichier mélange deux encodages. Enregistrez-le de nouveau en UTF-8.")
            % {"row": f.place}
        ),
        FileFaultCode.CSV_QUOTES: lambda f: (
            _("Ligne %(row)s\u00a0: un guillemet est mal placé ou n’est pas refermé.") % {"row": f.place}
        ),
        FileFaultCode.CSV_FIELD_TOO_LONG: lambda f: (
            _(
                "Ligne %(row)s\u00a0: une cellule est démesurée\u00a0; un guillemet n’est sans doute "
                "pas refermé."
            )
            % {"row": f.place}
        ),
        FileFaultCode.HEADING_MISSING: lambda f: (
            _(
                "La ligne des titres est introuvable\u00a0: "
                "les colonnes «\u00a0SIRET\u00a0» et «\u00a0Raison sociale\u00a0» sont attendues. "
                "Première ligne lue\u00a0: «\u00a0%(headings)s\u00a0»."
            )
            % {"headings": f.detail}
        ),
        FileFaultCode.COLUMN_MISSING: lambda f: (
            _("La colonne «\u00a0%(column)s\u00a0» manque. Colonnes lues\u00a0: «\u00a0%(headings)s\u00a0».")
            % {"column": field_label(f.place), "headings": f.detail}
        ),
        FileFaultCode.COLUMN_TWICE: lambda f: (
            _(
                "Les colonnes «\u00a0%(first)s\u00a0» et «\u00a0%(second)s\u00a0» désignent la même "
                "information\u00a0: gardez-en une."
            )
            % {"first": f.place, "second": f.detail}
        ),
    }


def _workbook_faults() -> dict[FileFaultCode, Callable[[FileFaultError], str]]:
    return {
        FileFaultCode.FORMULA: lambda f: (
            _(
                "%(where)s\u00a0: la cellule contient une formule. "
                "Copiez le tableau et collez-le en «\u00a0valeurs seules\u00a0»."
            )
            % {"where": _where(f)}
        ),
        FileFaultCode.ARCHIVE_BROKEN: lambda f: _(
            "Le classeur est abîmé ou incomplet. Ouvrez-le dans un tableur et enregistrez-le de nouveau."
        ),
        FileFaultCode.ARCHIVE_BOMB: lambda f: _(
            "Le classeur se déploie en un volume démesuré\u00a0: il est refusé par sécurité. "
            "Copiez les lignes utiles dans un classeur neuf."
        ),
        FileFaultCode.ARCHIVE_ENCRYPTED: lambda f: _(
            "Le classeur est protégé par un mot de passe. Enregistrez-le sans protection."
        ),
        FileFaultCode.WORKBOOK_BROKEN: lambda f: (
            _(
                "Le classeur ne peut pas être lu (partie «\u00a0%(part)s\u00a0»). "
                "Ouvrez-le dans un tableur et enregistrez-le de nouveau."
            )
            % {"part": f.detail}
        ),
    }


_FAULTS: dict[FileFaultCode, Callable[[FileFaultError], str]] = {
    **_file_faults(),
    **_text_faults(),
    **_workbook_faults(),
}
