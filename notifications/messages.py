"""Messages this app sends by itself."""

from core.i18n import gettext_lazy as _
from core.registries import MessageTemplate, message_templates

message_templates.register(
    "fresh_link",
    MessageTemplate(label=_("Nouveau lien personnel"), reason=_("Vous avez demandé un nouveau lien.")),
)
message_templates.register(
    "data_export_receipt",
    MessageTemplate(label=_("Reçu d’export des données"), reason=_("Vous avez exporté vos données.")),
)
