"""Read endpoints of claims, and where each funder stands."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.enums import choices
from funding.api import AT, asked_day
from funding.enums import ClaimedShareStatus, ClaimKind, ClaimStatus
from funding.models import Claim, ClaimedShare
from funding.selectors.claims import funder_accounts, with_received
from funding.serializers import EurosField
from programme.api import ProgrammeAPIMixin
from programme.enums import OFFICE


class ClaimedShareSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]  # not generic at run time
    """A share in a claim, and what became of it."""

    expense = serializers.IntegerField(source="share.expense.number", read_only=True)
    line = serializers.CharField(source="share.line.code", read_only=True)
    amount = EurosField(source="amount_cents")
    status = serializers.ChoiceField(choices=choices(ClaimedShareStatus), read_only=True)

    class Meta:
        model = ClaimedShare
        fields = ("rank", "expense", "line", "amount", "status", "reason")


class ClaimSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]  # not generic at run time
    """A claim: ``gross - imputed - withheld`` is ``payable``; ``withheld`` is negative at the balance."""

    number = serializers.CharField(source="__str__", read_only=True)
    funder = serializers.CharField(source="funder.name", read_only=True)
    kind = serializers.ChoiceField(choices=choices(ClaimKind), read_only=True)
    status = serializers.ChoiceField(choices=choices(ClaimStatus), read_only=True)
    gross = EurosField(source="gross_cents")
    imputed = EurosField(source="imputed_cents")
    withheld = EurosField(source="withheld_cents")
    payable = EurosField(source="payable_cents")
    asked = EurosField(source="asked_cents")
    received = EurosField()
    shares = ClaimedShareSerializer(many=True, read_only=True)

    class Meta:
        model = Claim
        fields = (
            "id",
            "number",
            "funder",
            "kind",
            "status",
            "until",
            "sent_on",
            "answered_on",
            "gross",
            "imputed",
            "withheld",
            "payable",
            "asked",
            "received",
            "shares",
            "updated_at",
        )


class FunderAccountSerializer(serializers.Serializer):  # type: ignore[type-arg]  # not generic at run time
    """Where a funder stands, as the page of reconciliation shows it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    agreed = EurosField(source="agreed_cents")
    charged = EurosField(source="charged_cents")
    claimed = EurosField(source="claimed_cents")
    rejected = EurosField(source="rejected_cents")
    asked = EurosField(source="asked_cents")
    withheld = EurosField(source="withheld_cents")
    received = EurosField(source="received_cents")
    to_repay = EurosField(source="open_recovery_cents")
    due = EurosField(source="due_cents")


class ClaimListView(ProgrammeAPIMixin, ListAPIView):  # type: ignore[type-arg, misc]  # not generic at run time
    """Claims of the programme with the shares they hold, filtered by state, kind, funder."""

    allowed_roles = OFFICE
    serializer_class = ClaimSerializer
    filterset_fields = {"status": ["exact"], "kind": ["exact"], "funder": ["exact"]}

    def get_queryset(self) -> "QuerySet[Any]":
        """Claims of the token's programme; none while the schema is being written."""
        if self.swagger_fake_view:
            return Claim.objects.none()
        rows: QuerySet[Any] = with_received(Claim.objects.for_programme(self.access.programme))
        rows = rows.select_related("funder").prefetch_related("shares__share__expense", "shares__share__line")
        return rows.order_by("funder__position", "number")


class FunderAccountView(ProgrammeAPIMixin, APIView):  # type: ignore[misc]  # as the mixin declares the request
    """Agreed, charged, claimed, received and due, funder by funder."""

    allowed_roles = OFFICE

    @extend_schema(responses=FunderAccountSerializer(many=True), parameters=[AT])
    def get(self, request: Request, programme_slug: str) -> Response:
        """The reconciliation as the page shows it, now or at the end of a day, from the same selector."""
        accounts = funder_accounts(self.access.programme, asked_day(request))
        return Response(FunderAccountSerializer(accounts, many=True).data)
