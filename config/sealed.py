"""Where encrypted secrets are kept: what ``rotate_keys`` encrypts anew. A test finds a place that is missing here."""

SEALED = (
    "tenants.Credential.ciphertext",
    "whatsapp.Signup.token",
    "whatsapp.Signup.pin",
    "notifications.OneTimeCode.ciphertext",
    "mfa.Authenticator.data",
)
