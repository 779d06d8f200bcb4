"""The message about a failed run: one log line, and an e-mail where the settings name a mail server.

It says what failed and where to look, and holds no personal data.
"""

from __future__ import annotations

import json
import logging
import smtplib
import ssl
from email.message import EmailMessage

from lms_hris_pipeline.settings import AlertSettings, Secrets

SMTP_TIMEOUT_SECONDS = 30
logger = logging.getLogger("lms_hris_pipeline")


def report_failure(subject: str, text: str, *, batch_id: str, alerts: AlertSettings, secrets: Secrets) -> bool:
    """Log a failure as one JSON line and mail it; whether a mail was handed over.

    A mail server that fails is logged and does not hide the failure itself.
    """
    logger.error(json.dumps({"event": "run_failed", "batch": batch_id, "subject": subject, "text": text}))
    if not alerts.smtp_host or not alerts.recipients:
        return False
    message = EmailMessage()
    message["Subject"] = f"[lms-hris] {subject}".replace("\n", " ")
    message["From"] = alerts.sender or "lms-hris@localhost"
    message["To"] = ", ".join(alerts.recipients)
    message.set_content(text)
    try:
        with _connect(alerts) as server:
            if secrets.smtp_user:
                server.login(secrets.smtp_user, secrets.smtp_password)
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        logger.error(json.dumps({"event": "mail_failed", "batch": batch_id, "error": type(error).__name__}))
        return False
    return True


def _connect(alerts: AlertSettings) -> smtplib.SMTP:
    """The mail server, encrypted as the settings say."""
    context = ssl.create_default_context()
    if alerts.smtp_security == "tls":
        return smtplib.SMTP_SSL(alerts.smtp_host, alerts.smtp_port, timeout=SMTP_TIMEOUT_SECONDS, context=context)
    server = smtplib.SMTP(alerts.smtp_host, alerts.smtp_port, timeout=SMTP_TIMEOUT_SECONDS)
    if alerts.smtp_security == "starttls":
        try:
            server.starttls(context=context)
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
    return server
