"""Words of the observatory: the ten sectors, and what every figure is accompanied by."""

from django.utils.translation import gettext_lazy as _

# The A10 aggregate of NAF rév. 2 (INSEE): official wording, and a short one for charts.
SECTORS = {
    "AZ": (_("Agriculture, sylviculture et pêche"), _("Agriculture")),
    "BE": (_("Industrie manufacturière, industries extractives et autres"), _("Industrie")),
    "FZ": (_("Construction"), _("Construction")),
    "GI": (
        _("Commerce, transports, hébergement et restauration"),
        _("Commerce, transports"),
    ),
    "JZ": (_("Information et communication"), _("Information, communication")),
    "KZ": (_("Activités financières et d’assurance"), _("Finance, assurance")),
    "LZ": (_("Activités immobilières"), _("Immobilier")),
    "MN": (
        _("Activités spécialisées, scientifiques et techniques, services administratifs et de soutien"),
        _("Services aux entreprises"),
    ),
    "OQ": (
        _("Administration publique, enseignement, santé humaine et action sociale"),
        _("Enseignement, santé"),
    ),
    "RU": (_("Autres activités de services"), _("Autres services")),
}
SECRET = _("secret statistique")
SECRET_SHORT = _("secret")
SECRET_LONG = _(
    "Secret statistique\u00a0: la case compte moins de 5 entreprises, ou elle est masquée pour qu’une autre"
    " ne puisse pas être retrouvée par soustraction."
)
REPEATED_LONG = _(
    "Valeur maintenue\u00a0: un chiffre publié ne bouge que lorsque le mouvement atteint 5 entreprises."
    " Un total peut donc différer un peu de la somme de ses lignes."
)
