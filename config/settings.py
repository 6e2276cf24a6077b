"""Settings, top to bottom: core, database, celery, security, whatsapp, pages, logging.

Every name read from the environment is explained in docs/settings.md; what can be set wrongly has a check in
config/checks.py.
"""

import sys
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from config.admin_theme import UNFOLD  # noqa: F401 - a setting
from config.audited import CONFIGURATION
from config.env import env, secret, secret_list
from config.logs import configure_logging
from config.sealed import SEALED  # noqa: F401 - a setting
from config.sign_in import *  # noqa: F403 - settings too
from config.storage import storage_of

# --- core ---------------------------------------------------------------------------------------------------------

BASE_DIR = Path(__file__).resolve().parent.parent

ENVIRONMENT = env.str("ENVIRONMENT", default="production")
IN_PRODUCTION = ENVIRONMENT == "production"
IN_DEVELOPMENT = ENVIRONMENT == "development"
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = secret_list("SECRET_KEY_FALLBACKS")
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if not IN_PRODUCTION else [])

INSTALLED_APPS = [
    "config.apps.RecadoConfig",
    "dashboard",  # before Unfold and the admin, whose frame its templates complete
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "config.apps.RecadoAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "rest_framework_api_key",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "django_structlog",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "auditlog",  # before tenants, whose admin takes the place of its own
    "tenants",
    "whatsapp",
    "templates_mgmt",
    "notifications",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "dashboard.browser.PermissionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tenants.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tenants.middleware.TenantMiddleware",
    "dashboard.second_factor.SecondFactorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- database and Redis ---------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default="postgres://recado@127.0.0.1:5432/recado")}
DATABASES["default"] |= {
    "ATOMIC_REQUESTS": False,
    "CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", default=60),
    "CONN_HEALTH_CHECKS": True,
}
DATABASES["default"].setdefault("OPTIONS", {})
# A statement that hangs must become a 503 that Meta repeats, not a worker that is gone. jit slows set-based statements.
DATABASES["default"]["OPTIONS"] |= {
    "connect_timeout": 3,
    # What a search finds is kept row by row: with less memory only pages are, and all their words are read again.
    # A page is read within milliseconds, in which helpers of one statement would only start, on the cores of others.
    "options": "-c statement_timeout=20000 -c jit=off -c work_mem=16MB -c max_parallel_workers_per_gather=0",
    "server_side_binding": True,
    # Django's None would forbid prepared statements; only those that ask for it are, since plans made for no value in
    # particular cannot use partial indexes.
    "prepare_threshold": sys.maxsize,
}

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
# Counts of failed sign-ins live here: they outlive restarts, and a Valkey that is gone locks nobody out or in.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

# --- celery ---------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_DB_REUSE_MAX = 1000
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "config.beat:Scheduler"  # django-celery-beat's database scheduler
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
DJANGO_CELERY_BEAT_TZ_AWARE = True

# --- security -------------------------------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Changes of configuration go into our own trail: the library's table is not made.
AUDITLOG_LOGENTRY_MODEL = "tenants.AuditEntry"
AUDITLOG_INCLUDE_TRACKING_MODELS = CONFIGURATION
AUDITLOG_STORE_JSON_CHANGES = True
MIGRATION_MODULES = {"auditlog": None}

WHATSAPP_ENCRYPTION_KEYS = secret_list("WHATSAPP_ENCRYPTION_KEY")
CRON_SECRET = secret("CRON_SECRET")
METRICS_TOKEN = secret("METRICS_TOKEN")
ALERT_WEBHOOK_URL = secret("ALERT_WEBHOOK_URL")  # such addresses often hold a key
ALERT_WEBHOOK_SECRET = secret("ALERT_WEBHOOK_SECRET")
ALERT_WEBHOOK_PRIVATE = env.bool("ALERT_WEBHOOK_PRIVATE", default=IN_DEVELOPMENT)

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_SSL_REDIRECT = IN_PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if IN_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IN_PRODUCTION
SECURE_HSTS_PRELOAD = IN_PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "tenants.sessions"  # one statement for session, person and companies
SESSION_COOKIE_SECURE = not IN_DEVELOPMENT
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = f"recado_session_{env.str('PORT', default='')}".rstrip("_")  # two copies share 127.0.0.1's jar
CSRF_COOKIE_NAME = SESSION_COOKIE_NAME.replace("session", "csrf")
CSRF_COOKIE_SECURE = not IN_DEVELOPMENT
CSRF_FAILURE_VIEW = "dashboard.views.errors.stale_form"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL.startswith("https://") else []
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024  # Meta's webhooks reach 3 MB

# --- whatsapp -------------------------------------------------------------------------------------------------------

WHATSAPP_META_GRAPH_URL = env.str("WHATSAPP_META_GRAPH_URL", default="https://graph.facebook.com").rstrip("/")
WHATSAPP_META_API_VERSION = env.str("WHATSAPP_AUTOMATION_META_API_VERSION", default="v25.0")
WHATSAPP_META_APP_ID = env.str("WHATSAPP_AUTOMATION_META_APP_ID", default="")
WHATSAPP_META_APP_SECRETS = secret_list("WHATSAPP_AUTOMATION_META_APP_SECRET")
WHATSAPP_META_CONFIG_ID = env.str("WHATSAPP_AUTOMATION_META_CONFIG_ID", default="")
WHATSAPP_META_SDK_URL = env.str("WHATSAPP_META_SDK_URL", default="") or (
    f"{WHATSAPP_META_GRAPH_URL}/sim/sdk.js" if IN_DEVELOPMENT else "https://connect.facebook.net/en_US/sdk.js"
)
WHATSAPP_META_WEBHOOK_OVERRIDE_URL = env.str("WHATSAPP_META_WEBHOOK_OVERRIDE_URL", default="")
WHATSAPP_META_WEBHOOK_VERIFY_TOKEN = secret("WHATSAPP_AUTOMATION_META_WEBHOOK_VERIFY_TOKEN")
WHATSAPP_META_TEST_RECIPIENT = env.str("WHATSAPP_AUTOMATION_META_TEST_RECIPIENT", default="")
WHATSAPP_INBOX_VOICES = env.int("WHATSAPP_INBOX_VOICES", default=2)  # tasks that drain a backlog of events at once

WHATSAPP_AUTOMATION_PROVIDER = env.str("WHATSAPP_AUTOMATION_PROVIDER", default="meta")
WHATSAPP_AUTOMATION_QUEUE_ENABLED = env.bool("WHATSAPP_AUTOMATION_QUEUE_ENABLED", default=True)
WHATSAPP_AUTOMATION_MODE = env.str("WHATSAPP_AUTOMATION_MODE", default="disabled")
WHATSAPP_AUTOMATION_PROCESSOR_SECRET = secret("WHATSAPP_AUTOMATION_PROCESSOR_SECRET")
WHATSAPP_AUTOMATION_BATCH_LIMIT = env.int("WHATSAPP_AUTOMATION_BATCH_LIMIT", default=100)
WHATSAPP_AUTOMATION_SEND_THREADS = env.int("WHATSAPP_AUTOMATION_SEND_THREADS", default=32)
WHATSAPP_AUTOMATION_AUTO_DISPATCH_ON_QUEUE = env.bool("WHATSAPP_AUTOMATION_AUTO_DISPATCH_ON_QUEUE", default=True)
WHATSAPP_AUTOMATION_MAX_RETRIES = env.int("WHATSAPP_AUTOMATION_MAX_RETRIES", default=5)
WHATSAPP_AUTOMATION_RETRY_BASE_DELAY_SECONDS = env.int("WHATSAPP_AUTOMATION_RETRY_BASE_DELAY_SECONDS", default=30)
WHATSAPP_AUTOMATION_UNCERTAIN_HOLD_SECONDS = env.int("WHATSAPP_AUTOMATION_UNCERTAIN_HOLD_SECONDS", default=900)
WHATSAPP_AUTOMATION_REMINDER_MIN_LEAD = timedelta(
    seconds=env.int("WHATSAPP_AUTOMATION_REMINDER_MIN_LEAD_SECONDS", default=7200)
)
WHATSAPP_AUTOMATION_VARIANT_MINIMUM_SAMPLE = env.int("WHATSAPP_AUTOMATION_VARIANT_MINIMUM_SAMPLE", default=50)
WHATSAPP_AUTOMATION_VARIANT_STOP_OPT_OUTS = env.int("WHATSAPP_AUTOMATION_VARIANT_STOP_OPT_OUTS", default=3)
WHATSAPP_AUTOMATION_VARIANT_STOP_PERCENT = env.int("WHATSAPP_AUTOMATION_VARIANT_STOP_PERCENT", default=5)
WHATSAPP_AUTOMATION_ALLOWED_TENANT_IDS = env.list("WHATSAPP_AUTOMATION_ALLOWED_TENANT_IDS", default=[])
WHATSAPP_AUTOMATION_HELLO_WORLD_FALLBACK = env.bool("WHATSAPP_AUTOMATION_HELLO_WORLD_FALLBACK", default=False)

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Recado <recado@localhost>")
SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", default="") or parseaddr(DEFAULT_FROM_EMAIL)[1]
COMPANY_NAME = env.str("COMPANY_NAME", default="Recado")  # who runs this Recado, as the public pages say
COMPANY_TAX_ID = env.str("COMPANY_TAX_ID", default="")
COMPANY_ADDRESS = env.str("COMPANY_ADDRESS", default="")
# What the public pages promise; 0 is nobody's decision, and the pages say a usual time.
PROMISED_PRIVACY_ANSWER_DAYS = env.int("PROMISED_PRIVACY_ANSWER_DAYS", default=0)
PROMISED_DELETION_DAYS = env.int("PROMISED_DELETION_DAYS", default=0)
PROMISED_SUPPORT_HOURS = env.int("PROMISED_SUPPORT_HOURS", default=0)
CONTACT_MERGE_UNDO_DAYS = env.int("CONTACT_MERGE_UNDO_DAYS", default=30)
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://" if IN_DEVELOPMENT else "smtp://localhost:25")
vars().update(EMAIL_CONFIG)

# --- REST -----------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tenants.rest.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["tenants.rest.HasTenant"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["tenants.rest.JsonParser"],
    "DEFAULT_PAGINATION_CLASS": "tenants.rest.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tenants.rest.answer_error",
    "DATETIME_FORMAT": "iso-8601",
    "UNICODE_JSON": False,  # an error that repeats a lone surrogate of the request must still be encodable
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
API_KEY_CUSTOM_HEADER = "HTTP_X_API_KEY"
SPECTACULAR_SETTINGS = {
    "TITLE": "Recado",
    "DESCRIPTION": "Appointment notices, messages and webhooks of the WhatsApp Business Platform, by tenant.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "MessageState": "notifications.states.STATES",
        "AppointmentState": "notifications.models.Appointment.State",
        "ConnectionState": "tenants.models.PhoneNumber.State",
        "ConversationState": "whatsapp.models.Conversation.State",
        "ConversationHandler": "whatsapp.models.Conversation.Handler",
        "EventState": "whatsapp.models.WebhookEvent.State",
        "MediaState": "whatsapp.models.Media.State",
        "AlertState": "tenants.models.Alert.State",
        "CodeState": "notifications.models.OneTimeCode.State",
        "LeadState": "whatsapp.models.Lead.State",
        "LeadSource": "whatsapp.models.Lead.Source",
        "SignupState": "whatsapp.models.Signup.State",
        "SignupWay": "whatsapp.models.Signup.Way",
        "SignupStepState": "whatsapp.models.SignupStep.State",
        "TicketState": "whatsapp.models.Ticket.State",
        "ConsentSource": "tenants.models.Consent.Source",
    },
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "tenants.rest_schema.add_errors"],
}

# --- pages ----------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "pt-br"
LANGUAGES = [("pt-br", _("Portuguese (Brazil)")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "America/Sao_Paulo"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": storage_of(secret("MEDIA_STORAGE_URL")),
    "staticfiles": {"BACKEND": f"config.static_files.{'SourceFiles' if IN_DEVELOPMENT else 'CollectedFiles'}"},
}
WHITENOISE_USE_FINDERS = env.bool("STATIC_FROM_SOURCE", default=IN_DEVELOPMENT)
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "media")))
MEDIA_MAX_BYTES = env.int("MEDIA_MAX_BYTES", default=100 * 1024 * 1024)  # Meta hands out no larger files
MEDIA_DOWNLOAD_THREADS = env.int("MEDIA_DOWNLOAD_THREADS", default=4)
MEDIA_DOWNLOADS_A_SECOND = env.int("MEDIA_DOWNLOADS_A_SECOND", default=20)

# --- logging --------------------------------------------------------------------------------------------------------

RECADO_START_ID = env.str("RECADO_START_ID", default="")  # names one start of the processes; /readyz waits for them
LOGGING_CONFIG = None
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # a person's address belongs to no log, and a header may forge it
configure_logging(json=not IN_DEVELOPMENT or env.bool("LOG_JSON", default=False), level=env.str("LOG_LEVEL", "INFO"))
