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
}

API: dict[str, str] = {}
