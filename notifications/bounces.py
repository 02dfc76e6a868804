"""Reads a returned e-mail (RFC 3464) as the mail server hands it over. Pure."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

_OURS = re.compile(r"<?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@edec-ia\.invalid>?", re.IGNORECASE)
_LENGTH = 300


@dataclass(frozen=True)
class Returned:
    """A recipient who was not reached. ``message_id`` is our message's, empty when it was not quoted."""

    email: str
    message_id: str
    code: str
    detail: str

    @property
    def is_permanent(self) -> bool:
        """Codes of class 5: the address does not exist or refuses; 4 is a delay that passes."""
        return self.code.startswith("5")


def read_returned(content: bytes) -> tuple[Returned, ...]:
    """The recipients that a delivery report says failed; nothing for any other e-mail.

    Never raises: what arrives in the mailbox of returns is written by anybody.
    """
    report = message_from_bytes(content)
    if report.get_content_type() != "multipart/report":
        return ()
    quoted = _OURS.search(content.decode("utf-8", "replace"))
    identifier = quoted.group(1).lower() if quoted else ""
    return tuple(
        Returned(
            email=_address(block),
            message_id=identifier,
            code=str(block.get("Status", "")).strip()[:12],
            detail=" ".join(str(block.get("Diagnostic-Code", "")).split())[:_LENGTH],
        )
        for block in _blocks(report)
        if str(block.get("Action", "")).strip().lower() == "failed" and _address(block)
    )


def _blocks(report: Message) -> list[Message]:
    found: list[Message] = []
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status":
            content = part.get_payload()
            found += (
                [each for each in content if isinstance(each, Message)] if isinstance(content, list) else []
            )
    return found


def _address(block: Message) -> str:
    value = str(block.get("Final-Recipient") or block.get("Original-Recipient") or "")
    return value.rpartition(";")[2].strip().strip("<>").lower()[:254]
