"""What a person is told when she agrees to be contacted: one text by version, never edited afterwards.

A new text is a new version: agreements given on the former ones stay attached to what was read then.
"""

from core.i18n import gettext_lazy as _

CURRENT = "2026-11"

NOTICES = {
    "2026-11": _(
        "Vos coordonnées servent à vous joindre au sujet de ce programme\u00a0: diagnostic, plan d’actions, "
        "formations, rendez-vous. Elles ne sont ni vendues ni données, et sont effacées après la clôture du "
        "programme selon les durées annoncées. Vous pouvez retirer votre accord, les consulter, les "
        "corriger ou les faire effacer à tout moment auprès de votre conseiller."
    )
}
