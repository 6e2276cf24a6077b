"""Settings of people's sign-in (django-allauth) and of what browsers may do with our pages (django-csp).

Sign-in has no open door: people come by invitation. Its limits are counted in the cache, which is a table of
PostgreSQL, so that they outlive restarts and need no Valkey.
"""

from typing import Any

from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE

from config.env import env

IN_DEVELOPMENT = env.str("ENVIRONMENT", default="production") == "development"

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_RESET_TIMEOUT = 60 * 60 * 3  # seconds
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14  # seconds since the sign-in

ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", default=False) else 0
ACCOUNT_ADAPTER = "tenants.sign_in.AccountAdapter"
ACCOUNT_FORMS = {"login": "dashboard.forms.sign_in.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation reached its person by e-mail
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Recado] "
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # the other sessions end, since their hash is of the old password
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600  # seconds in which a password, once said, may change the second factor
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "30/10m/ip,5/10m/key",  # wrong passwords and codes: by address, by person
    "reset_password": "20/h/ip,3/10m/key",
}

MFA_ADAPTER = "tenants.sign_in.SecondFactorAdapter"
MFA_FORMS = {"add_webauthn": "dashboard.forms.sign_in.PasskeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Recado"
MFA_TOTP_TOLERANCE = 1  # steps of 30 s that a phone's clock may be off
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = IN_DEVELOPMENT
USERSESSIONS_ADAPTER = "tenants.sign_in.SessionsAdapter"

# The frame's Alpine evaluates the expressions of its attributes; style attributes are its, and Unfold's. No inline
# script runs without this answer's nonce.
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE, UNSAFE_EVAL],
        "style-src": [SELF, NONCE],
        "style-src-attr": [UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
