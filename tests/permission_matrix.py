"""Who may open what: D director, O officer, A advisor, T trainer, F funder, C company, or public."""

from programme.enums import Role

ROLE_LETTERS = {
    "D": Role.DIRECTOR,
    "O": Role.OFFICER,
    "A": Role.ADVISOR,
    "T": Role.TRAINER,
    "F": Role.FUNDER,
    "C": Role.COMPANY,
}
ALL = "DOATFC"
STAFF = "DOA"
OFFICE = "DO"

# Addresses outside any programme, each opened on purpose.
OPEN = frozenset(
    {
        "programme_list",
        "health",
        "enter_as",
        "api_schema",
        "accounts:personal_link",
        "accounts:fresh_link",
        "verification:home",
        "verification:detail",
    }
)

PAGES = {
    "programme:home": ALL,
    "programme:job_detail": ALL,
    "programme:job_retry": ALL,
    "notifications:message_list": OFFICE,
    "notifications:message_detail": OFFICE,
    "companies:list": STAFF,
    "companies:add": OFFICE,
    "companies:import_list": OFFICE,
    "companies:import_template": OFFICE,
    "companies:import_detail": OFFICE,
    "companies:import_confirm": OFFICE,
    "companies:detail": STAFF,
    "companies:edit": STAFF,
    "companies:follow_up": STAFF,
    "companies:exchange": STAFF,
    "companies:contact_add": STAFF,
    "companies:contact_edit": STAFF,
    "companies:contact_invite": STAFF,
    "companies:access_close": STAFF,
    "companies:space_home": "C",
    "companies:space_choose": "C",
    "companies:space_consent": "C",
}

API: dict[str, str] = {
    "api_companies": STAFF,
}
