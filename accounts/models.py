"""People who sign in, and the personal links that open a page for them."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Creates users known by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user; without a password she enters by personal link or code only."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> "User":
        """An operator of the installation (command line only)."""
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What she may do is said by her roles in each programme, never here."""

    email = models.EmailField(_("adresse e-mail"), unique=True)
    first_name = models.CharField(_("prénom"), max_length=80, blank=True)
    last_name = models.CharField(_("nom"), max_length=80, blank=True)
    is_active = models.BooleanField(_("actif"), default=True)
    # What the bell shows: kept here because the user is read with every page anyway.
    unseen_messages = models.PositiveIntegerField(default=0)
    date_joined = models.DateTimeField(_("inscrit le"), default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        ordering = ["last_name", "first_name", "email"]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """First and last name, or the address when no name is known."""
        return f"{self.first_name} {self.last_name}".strip() or self.email

    def get_full_name(self) -> str:
        """Django's name for the same thing."""
        return self.full_name


class PersonalLink(models.Model):
    """A link sent by e-mail that opens one page for one person.

    Only the hash of the token is kept. Opening the page spends nothing (mail scanners open links);
    the click there does. An expired or spent link offers a fresh one to the same address.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="personal_links")
    token_hash = models.CharField(max_length=64, unique=True)
    next_path = models.CharField(max_length=300)
    programme_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"{self.user} → {self.next_path}"

    @property
    def is_usable(self) -> bool:
        """Neither spent nor expired."""
        return self.spent_at is None and self.expires_at > timezone.now()
