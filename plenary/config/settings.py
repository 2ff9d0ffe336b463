"""Django's settings, derived from the checked environment."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from plenary.config import env
from plenary.config.logs import configure as configure_logs

ENV = env.read()
ROOT = env.ROOT
DATA = ENV.data
DATA.mkdir(parents=True, exist_ok=True)

SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
DEMO = ENV.demo
BASE_URL = ENV.base_url
STAFF_SECOND_FACTOR = ENV.staff_second_factor
_host = urlsplit(BASE_URL).hostname or "localhost"
ALLOWED_HOSTS = [host.strip() for host in ENV.hosts.split(",") if host.strip()] or [_host, "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# Lowest floor first: the order in which rooms register.
ROOMS = [
    "plenary.ground.web",
    "plenary.ground.audit",
    "plenary.ground.framework",
    "plenary.ground.people",
    "plenary.ground.files",
    "plenary.ground.messages",
    "plenary.ground.search",
    "plenary.ground.measures",
    "plenary.engines.classify",
    "plenary.engines.calls",
    "plenary.programmes.stocktaking",
    "plenary.programmes.awards",
    "plenary.programmes.forum",
    "plenary.programmes.partners",
    "plenary.understanding.insights",
    "plenary.voice.publications",
    "plenary.faces.site",
    "plenary.faces.desk",
    "plenary.faces.api",
    "plenary.faces.cli",
]

INSTALLED_APPS = [
    *ROOMS,
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "rules.apps.AutodiscoverRulesConfig",
    "django_tasks_db",
]

MIDDLEWARE = [
    "plenary.ground.web.middleware.Reference",
    "plenary.ground.web.middleware.ReadableElsewhere",
    "plenary.ground.web.cache.PageCache",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "plenary.ground.web.middleware.Language",
    "plenary.faces.api.middleware.Door",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "plenary.ground.web.limits.Limits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "plenary.config.urls"
WSGI_APPLICATION = "plenary.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "plenary.ground.web.context.shell",
            ],
            "builtins": ["plenary.ground.web.templatetags.web", "plenary.ground.framework.templatetags.framework", "django.templatetags.i18n"],
        },
    }
]

# ---- database -------------------------------------------------------------------------------------------------------
_sqlite = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": DATA / "plenary.sqlite3",
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;",
    },
    "CONN_MAX_AGE": 600,
}
DATABASES = {"default": dj_database_url.parse(ENV.database_url, conn_max_age=600, conn_health_checks=True) if ENV.database_url else _sqlite}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "mail", "documents"]}}

# ---- people ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "sesame.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60  # mail can be slow
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {"login": "plenary.ground.people.sign_in.SignIn", "signup": "plenary.ground.people.sign_in.SignUp"}
ACCOUNT_ADAPTER = "plenary.ground.messages.adapter.AccountAdapter"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(BASE_URL).scheme
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
MFA_TOTP_ISSUER = "WSIS Process"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "people:account"
LOGOUT_REDIRECT_URL = "site:home"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 1
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_USERNAME_CALLABLE = "plenary.ground.people.access.sign_in_name"
AXES_CLIENT_IP_CALLABLE = "plenary.ground.people.access.client_ip"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "email", "sesame", "csrfmiddlewaretoken"]
AXES_DISABLE_ACCESS_LOG = True  # who signed in when and from where is nobody's business after the fact
AXES_VERBOSE = False
SESAME_MAX_AGE = 60 * 60 * 24 if DEMO else 60 * 15
SESAME_ONE_TIME = True

# ---- languages and time ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ar", "العربية"), ("zh-hans", "中文"), ("fr", "Français"), ("ru", "Русский"), ("es", "Español")]
LOCALE_PATHS = [ROOT / "plenary" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
CONVENER_ZONE = ENV.zone

# ---- mail -----------------------------------------------------------------------------------------------------------
_mail = urlsplit(ENV.mail_url)
EMAIL_BACKEND = {
    "console": "django.core.mail.backends.console.EmailBackend",
    "memory": "django.core.mail.backends.locmem.EmailBackend",
}.get(_mail.scheme, "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = _mail.hostname or "localhost"
EMAIL_PORT = _mail.port or {"smtps": 465, "smtp+starttls": 587}.get(_mail.scheme, 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = _mail.scheme == "smtp+starttls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.mail_from

# ---- files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
MEDIA_ROOT = DATA / "uploads"
MEDIA_URL = "/files/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
SEARCH_INDEX = DATA / "index"
# Text of one form: who pastes 10 million letters of any script into a field is told so there, and keeps all other answers.
DATA_UPLOAD_MAX_MEMORY_SIZE = 32_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a form of many lists with hundreds of boxes each
DATA_UPLOAD_MAX_NUMBER_FILES = 5_000  # of these the first handler keeps as many as the site opens at once; the others it marks
FILE_UPLOAD_HANDLERS = [
    "plenary.ground.files.handling.Counted",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# ---- security -------------------------------------------------------------------------------------------------------
_https = BASE_URL.startswith("https://")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False  # the proxy's work; a redirect loop behind it helps nobody
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "plenary_session"
CSRF_COOKIE_NAME = "plenary_csrf"
X_FRAME_OPTIONS = "DENY"
TRUSTED_PROXIES = ENV.trusted_proxies
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
CSRF_FAILURE_VIEW = "plenary.ground.web.errors.csrf_failure"
SILENCED_SYSTEM_CHECKS: list[str] = []

RATE_LIMIT = ENV.rate_limit
PAGE_CACHE_SECONDS = ENV.page_cache
DATA_LICENCE = ENV.data_licence
CONFIRM_ENTRIES_AFTER = ENV.confirm_entries_after
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 5000}}}
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

LOGGING_CONFIG = None
configure_logs(level=ENV.log_level, style=ENV.log_format)

SITE_NAME = _("WSIS Process")
