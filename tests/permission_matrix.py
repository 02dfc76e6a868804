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
    "funding:overview": OFFICE,
    "funding:ledger": OFFICE,
    "funding:line_detail": OFFICE,
    "funding:funders": "D",
    "funding:rules": "D",
    "funding:plan_list": OFFICE,
    "funding:plan_start": "D",
    "funding:plan_detail": OFFICE,
    "funding:plan_activate": "D",
    "funding:expense_list": OFFICE,
    "funding:expense_create": OFFICE,
    "funding:expense_detail": OFFICE,
    "funding:expense_edit": OFFICE,
    "funding:expense_submit": OFFICE,
    "funding:expense_validate": OFFICE,
    "funding:expense_return": OFFICE,
    "funding:expense_pay": OFFICE,
    "funding:expense_cancel": OFFICE,
    "funding:expense_credit": "D",
    "funding:evidence_add": OFFICE,
    "funding:evidence_download": OFFICE,
    "funding:evidence_remove": OFFICE,
    "funding:funder_budget": "F",
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
    "diagnostics:list": STAFF,
    "diagnostics:open": STAFF,
    "diagnostics:detail": STAFF,
    "diagnostics:invite": STAFF,
    "diagnostics:cancel": STAFF,
    "diagnostics:result": STAFF,
    "diagnostics:result_document": STAFF,
    "diagnostics:space_diagnostics": "C",
    "diagnostics:space_diagnostic": STAFF + "C",
    "diagnostics:space_section": STAFF + "C",
    "diagnostics:space_answer": STAFF + "C",
    "diagnostics:space_review": STAFF + "C",
    "diagnostics:space_submit": STAFF + "C",
    "diagnostics:space_result": "C",
    "diagnostics:space_result_document": "C",
    "companies:space_home": "C",
    "companies:space_choose": "C",
    "companies:space_consent": "C",
}

API: dict[str, str] = {
    "api_companies": STAFF,
    "api_diagnostics": STAFF,
    "api_diagnostic": STAFF,
    "api_budget": OFFICE,
    "api_expenses": OFFICE,
}
