"""Every setting, from the environment, each with a default that lets a clone run. docs/settings.md lists them."""

from __future__ import annotations

from pathlib import Path

import environ

from secretsui.keys import kept_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()

# Where the embedded database, broker folder and generated keys live. Not used where each is configured.
DATA_DIR = Path(env.str("SECRETSUI_DATA_DIR", default=str(BASE_DIR / "data"))).resolve()
DEBUG = env.bool("SECRETSUI_DEBUG", default=False)
ALLOWED_HOSTS = env.list("SECRETSUI_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("SECRETSUI_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("SECRETSUI_HTTPS", default=False)
PUBLIC_URL = env.str("SECRETSUI_URL", default="http://localhost:8000")  # what links in e-mails begin with

# Neither key is ever in the database. Without them in the environment, files in DATA_DIR keep generated ones.
SECRET_KEY = env.str("SECRETSUI_SECRET_KEY", default="") or kept_key(DATA_DIR / "secret-key")
FINGERPRINT_KEY = env.str("SECRETSUI_FINGERPRINT_KEY", default="") or kept_key(DATA_DIR / "fingerprint-key")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_celery_beat",
    "django_htmx",
    "template_partials",
    "secretsui.inventory",
    "secretsui.access",
    "secretsui.audits",
    "secretsui.web",
]

MIDDLEWARE = [
    "secretsui.web.health.for_any_host",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "secretsui.web.middleware.security_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "secretsui.web.signing_in.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "secretsui.web.middleware.refusals",
]

# In memory alone: a file that is uploaded may hold every password of a deployment.
FILE_UPLOAD_HANDLERS = ["secretsui.web.uploads.InMemory"]

ROOT_URLCONF = "secretsui.urls"
WSGI_APPLICATION = "secretsui.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["template_partials.templatetags.partials", "secretsui.web.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "secretsui.web.context.shell",
            ],
        },
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'secretsui.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Immediate: a transaction that will write takes its lock first and so waits, rather than failing half-way.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sessions hold a user id and times, nothing of a secret.
SESSION_COOKIE_AGE = env.int("SECRETSUI_SESSION_HOURS", default=12) * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "secretsui.web.views.errors.csrf"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
DEFAULT_EXCEPTION_REPORTER_FILTER = "secretsui.web.reports.WithoutValues"
# Whose address the access log notes and the limits count: behind so many proxies, the one that the first of them saw.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("SECRETSUI_BEHIND_PROXY", default=0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
X_FRAME_OPTIONS = "DENY"

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    }
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "secretsui.web.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# Beside those of allauth itself: reports of a deployment, and those that were refused.
ACCOUNT_RATE_LIMITS = {"report": "120/m/key", "report_refused": "20/m/ip"}
PASSWORD_RESET_TIMEOUT = 24 * 3600

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://localhost")
if CELERY_BROKER_URL.startswith("filesystem:"):
    BROKER_DIR = DATA_DIR / "broker"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "processed_folder": str(BROKER_DIR / "done"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
    }
    for folder in ("queue", "done", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
else:
    # Longer than any task runs, or Redis would deliver it a second time meanwhile (which would do no harm).
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 5 * 3600}
# A person waits for the answer of whoever sends a task.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 2, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.4}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# In the database, with the times of audits; what stands here is written into it at each start.
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_RESULT_EXPIRES = None  # no results are kept, so nothing has to be tidied up
CELERY_BEAT_SCHEDULE = {
    "refresh what is due": {"task": "secretsui.access.tasks.refresh_due", "schedule": 60.0},
    "check what is due": {"task": "secretsui.access.tasks.check_due", "schedule": 60.0},
    "start what was missed": {"task": "secretsui.audits.tasks.start_due", "schedule": 60.0},
    "send what is due": {"task": "secretsui.audits.tasks.send_due", "schedule": 60.0},
    "sweep audits": {"task": "secretsui.audits.tasks.sweep", "schedule": 60.0},
    "prune audits": {"task": "secretsui.audits.tasks.prune", "schedule": 3600.0},
}

# How many prefixes and deployments an audit reads at once, and whether one starts by itself where a value is new.
AUDIT_PARALLEL = env.int("SECRETSUI_AUDIT_PARALLEL", default=4)
AUDIT_AFTER_CHANGES = env.bool("SECRETSUI_AUDIT_AFTER_CHANGES", default=False)
# How long audits, fixed findings and deliveries are kept: a year, and some weeks to compare it with.
AUDIT_KEEP_DAYS = env.int("SECRETSUI_AUDIT_KEEP_DAYS", default=400)
# Whoever has it may read the numbers of all findings at /metrics; without it there is no such page.
METRICS_TOKEN = env.str("SECRETSUI_METRICS_TOKEN", default="")
# Which share of each quota of AWS refreshes and audits may use.
# Hosts to which credentials of accounts and deployments may be sent; any, if there are none.
ENDPOINT_HOSTS = env.list("SECRETSUI_ENDPOINT_HOSTS", default=[])
QUOTA_SHARE = env.float("SECRETSUI_AUDIT_QUOTA_SHARE", default=0.2)

# What calls and secrets cost, and the quotas of services; a file of this form takes the place of the whole list.
PRICES_FILE = Path(env.str("SECRETSUI_PRICES_FILE", default=str(BASE_DIR / "secretsui" / "data" / "prices.json")))

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("SECRETSUI_STATIC_ROOT", default=str(DATA_DIR / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

EMAIL_CONFIG = env.email_url("SECRETSUI_EMAIL_URL", default="consolemail://")
if EMAIL_CONFIG["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
    EMAIL_CONFIG["EMAIL_BACKEND"] = "secretsui.audits.smtp.Backend"
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = env.int("SECRETSUI_EMAIL_TIMEOUT", default=30)
DEFAULT_FROM_EMAIL = env.str("SECRETSUI_EMAIL_FROM", default="secretsui@localhost")

LOG_JSON = env.bool("SECRETSUI_LOG_JSON", default=False)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "secretsui.logs.LineFormatter"},
        "json": {"()": "secretsui.logs.JsonFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json" if LOG_JSON else "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("SECRETSUI_LOG_LEVEL", default="INFO")},
    "loggers": {
        # Below INFO the SDK writes whole requests and answers, and so values. SECRETSUI_LOG_LEVEL does not reach these.
        **{name: {"level": "INFO"} for name in ("boto3", "botocore", "s3transfer", "urllib3", "httpcore", "google")},
        **{name: {"level": "WARNING"} for name in ("httpx", "azure", "msal")},  # else a line and more for each call
        # Instead of Django's own handlers, which print and mail error reports with the request and its variables.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
