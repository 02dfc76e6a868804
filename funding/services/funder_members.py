"""Who reads for a funder: invited from its page, and let go."""

from django.db import transaction

from accounts.models import User
from accounts.services import ensure_user
from core import audit
from funding.models import Funder, FunderMember
from funding.services.agreement import add_funder_member
from notifications.services import send_message
from programme.enums import Role
from programme.links import programme_url
from programme.services import revoke_role


@transaction.atomic
def invite_funder_member(
    *, actor: User | None, funder: Funder, email: str, first_name: str, last_name: str
) -> FunderMember:
    """Let a person read for a funder and send her a link; inviting her twice sends one message.

    Side effects: a user if she was unknown, the funder role, one message, one audit event.
    """
    user = ensure_user(email=email, first_name=first_name, last_name=last_name)
    known = FunderMember.objects.filter(funder=funder, user=user).exists()
    member = add_funder_member(actor=actor, funder=funder, user=user)
    if not known:
        send_message(
            template="funder_invitation",
            recipient=user,
            programme=funder.programme,
            context={"funder": funder.name, "inviter": actor.full_name if actor else ""},
            link_path=programme_url(funder.programme, "reports:funder_progress"),
        )
    return member


@transaction.atomic
def remove_funder_member(*, actor: User | None, member: FunderMember) -> None:
    """Stop a person from reading for a funder; the role goes with her last funder. Twice changes nothing."""
    funder, user = member.funder, member.user
    if not FunderMember.objects.filter(pk=member.pk).delete()[0]:
        return
    audit.record(
        actor=actor,
        verb="funder.member_removed",
        obj=funder,
        programme_id=funder.programme_id,
        changes={"user": user.pk},
    )
    if not FunderMember.objects.filter(user=user, funder__programme=funder.programme).exists():
        revoke_role(actor=actor, user=user, programme=funder.programme, role=Role.FUNDER)
