"""Shapes of the API."""

from rest_framework import serializers

from core.enums import choices
from trainings.enums import DayPart, SessionStatus, Stake
from trainings.models import HalfDay, Session


class HalfDaySerializer(serializers.ModelSerializer):  # type: ignore[type-arg]  # not generic at run time
    """A half-day of a session, in the programme's local time."""

    part = serializers.ChoiceField(choices=choices(DayPart), read_only=True)

    class Meta:
        model = HalfDay
        fields = ("day", "part", "starts_at", "ends_at", "minutes")


class SessionSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]  # not generic at run time
    """A session with its half-days and its counts; people are left out."""

    course_code = serializers.CharField(source="course.code", read_only=True)
    title = serializers.CharField(source="course.title", read_only=True)
    stake = serializers.ChoiceField(source="course.stake", choices=choices(Stake), read_only=True)
    provider = serializers.CharField(source="provider.name", read_only=True, default="")
    status = serializers.ChoiceField(choices=choices(SessionStatus), read_only=True)
    half_days = HalfDaySerializer(many=True, read_only=True)
    registered = serializers.IntegerField(source="taken", read_only=True)
    waiting = serializers.IntegerField(read_only=True)

    class Meta:
        model = Session
        fields = (
            "id",
            "course_code",
            "title",
            "stake",
            "provider",
            "place",
            "status",
            "starts_on",
            "ends_on",
            "half_days",
            "capacity_min",
            "capacity_max",
            "registered",
            "waiting",
            "price_cents",
            "updated_at",
        )
