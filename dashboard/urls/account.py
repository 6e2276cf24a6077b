"""Signing in and a person's own access. The names are allauth's, which it asks for; the words are the operator's."""

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.usersessions import views as sessions
from django.urls import path, re_path
from django.utils.translation import gettext_lazy as _

from dashboard.views import people
from dashboard.views.account import framed

SIGN_IN, SECOND_FACTOR, PASSKEYS, CODES = _("Sign in"), _("Second factor"), _("Passkeys"), _("Recovery codes")
PASSWORD, CONFIRM = _("Password"), _("Is it you?")

urlpatterns = [
    path("entrar/", framed(account.login, SIGN_IN), name="account_login"),
    path("convite/<str:token>/", people.invitation, name="invitation"),
    path("entrar/codigo/", framed(second_factor.authenticate, SECOND_FACTOR), name="mfa_authenticate"),
    path("entrar/chave-de-acesso/", framed(passkeys.login_webauthn, SIGN_IN), name="mfa_login_webauthn"),
    path("entrar/desativado/", framed(account.account_inactive, SIGN_IN), name="account_inactive"),
    path("sair/", framed(account.logout, _("Sign out")), name="account_logout"),
    path("senha/esqueci/", framed(account.password_reset, PASSWORD), name="account_reset_password"),
    path("senha/esqueci/enviado/", framed(account.password_reset_done, PASSWORD), name="account_reset_password_done"),
    re_path(
        r"^senha/nova/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        framed(account.password_reset_from_key, PASSWORD),
        name="account_reset_password_from_key",
    ),
    path(
        "senha/trocada/",
        framed(account.password_reset_from_key_done, PASSWORD),
        name="account_reset_password_from_key_done",
    ),
    path("conta/senha/", framed(account.password_change, PASSWORD), name="account_change_password"),
    path("conta/senha/criar/", framed(account.password_set, PASSWORD), name="account_set_password"),
    path("conta/sessoes/", framed(sessions.list_usersessions, _("Sessions")), name="usersessions_list"),
    path("conta/confirmar/", framed(account.reauthenticate, CONFIRM), name="account_reauthenticate"),
    path("conta/confirmar/codigo/", framed(second_factor.reauthenticate, CONFIRM), name="mfa_reauthenticate"),
    path(
        "conta/confirmar/chave-de-acesso/",
        framed(passkeys.reauthenticate_webauthn, CONFIRM),
        name="mfa_reauthenticate_webauthn",
    ),
    path("conta/seguranca/", framed(second_factor.index, _("My access")), name="mfa_index"),
    path("conta/aplicativo/ligar/", framed(totp.activate_totp, _("Authenticator app")), name="mfa_activate_totp"),
    path(
        "conta/aplicativo/desligar/", framed(totp.deactivate_totp, _("Authenticator app")), name="mfa_deactivate_totp"
    ),
    path("conta/codigos/", framed(codes.view_recovery_codes, CODES), name="mfa_view_recovery_codes"),
    path("conta/codigos/novos/", framed(codes.generate_recovery_codes, CODES), name="mfa_generate_recovery_codes"),
    path("conta/codigos/baixar/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("conta/chaves/", framed(passkeys.list_webauthn, PASSKEYS), name="mfa_list_webauthn"),
    path("conta/chaves/nova/", framed(passkeys.add_webauthn, PASSKEYS), name="mfa_add_webauthn"),
    path("conta/chaves/<int:pk>/tirar/", framed(passkeys.remove_webauthn, PASSKEYS), name="mfa_remove_webauthn"),
    path("conta/chaves/<int:pk>/mudar/", framed(passkeys.edit_webauthn, PASSKEYS), name="mfa_edit_webauthn"),
]
