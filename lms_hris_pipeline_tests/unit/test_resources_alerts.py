"""The message about a failed run: handed to the mail server as the settings say, and never in the failure's way."""

from __future__ import annotations

import json
import logging
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lms_hris_pipeline.resources.alerts import report_failure
from lms_hris_pipeline.settings import AlertSettings, Secrets

HOST = "127.0.0.1"


class _Session(socketserver.StreamRequestHandler):
    """One SMTP session; what was said goes to the server's `heard`, a message to its `mails`."""

    def handle(self) -> None:
        self._answer("220 ready")
        while line := self.rfile.readline().decode().strip():
            self.server.heard.append(line.split()[0].upper())
            verb = self.server.heard[-1]
            if verb == "EHLO":
                self._answer(self.server.features)
            elif verb == "STARTTLS" and self.server.context:
                self._answer("220 go on")
                self.request = self.server.context.wrap_socket(self.request, server_side=True)
                self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)
            elif verb == "DATA":
                self._answer("354 go on")
                self.server.mails.append(self._message())
                self._answer("250 taken")
            elif verb == "AUTH":
                self._answer("235 welcome")
            elif verb == "QUIT":
                self._answer("221 bye")
                return
            else:
                self._answer(self.server.refusal if verb == "RCPT" else "250 fine")

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def _message(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        return "\n".join(lines)

    def _answer(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None, *, is_encrypted: bool, refusal: str) -> None:
        super().__init__((HOST, 0), _Session)
        self.context = None if is_encrypted else context
        self.features = "250-mail\r\n250-AUTH PLAIN\r\n" + ("250 SIZE" if self.context is None else "250 STARTTLS")
        self.heard: list[str] = []
        self.mails: list[str] = []
        self.refusal = refusal
        if is_encrypted and context:
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is expected here."""


@contextmanager
def _mail_server(
    context: ssl.SSLContext | None, *, is_encrypted: bool = False, refusal: str = "250 fine"
) -> Iterator[_MailServer]:
    with _MailServer(context, is_encrypted=is_encrypted, refusal=refusal) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and its certificate for the loopback address, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = tmp_path_factory.mktemp("mail") / "mail.pem"
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return file


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def _report(port: int, security: str, *, user: str = "") -> bool:
    alerts = AlertSettings(
        smtp_host=HOST, smtp_port=port, smtp_security=security, sender="night@firm.example",
        recipients=("a@firm.example", "b@firm.example"),
    )  # fmt: skip
    secrets = Secrets(smtp_user=user, smtp_password="word")
    return report_failure("It\nfailed", "Batch 1.", batch_id="2026-11-02-01", alerts=alerts, secrets=secrets)


@pytest.mark.parametrize(
    ("security", "user", "said"),
    [
        ("none", "", ["EHLO", "MAIL"]),
        ("starttls", "", ["EHLO", "STARTTLS", "EHLO", "MAIL"]),
        ("starttls", "us", ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL"]),
        ("tls", "us", ["EHLO", "AUTH", "MAIL"]),
    ],
)
def test_a_mail_goes_out_encrypted_as_the_settings_say(
    certificate: Path, monkeypatch: pytest.MonkeyPatch, security: str, user: str, said: list[str]
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with _mail_server(_context(certificate), is_encrypted=security == "tls") as server:
        assert _report(server.server_address[1], security, user=user)
    assert server.heard == [*said, "RCPT", "RCPT", "DATA", "QUIT"]
    (mail,) = server.mails
    assert "Subject: [lms-hris] It failed" in mail
    assert "To: a@firm.example, b@firm.example" in mail
    assert "Batch 1." in mail


@pytest.mark.parametrize("trouble", ["nobody answers", "unknown certificate", "no starttls", "refused"])
def test_a_mail_that_fails_is_logged_and_the_failure_too(
    certificate: Path, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    context = None if trouble in ("no starttls", "refused") else _context(certificate)
    with _mail_server(context, refusal="550 nobody here" if trouble == "refused" else "250 fine") as server:
        port = server.server_address[1]
        if trouble != "nobody answers":
            assert not _report(port, "none" if trouble == "refused" else "starttls")
    if trouble == "nobody answers":
        assert not _report(port, "starttls")
    events = [json.loads(record.message)["event"] for record in caplog.records if record.levelno == logging.ERROR]
    assert events == ["run_failed", "mail_failed"]
    assert server.mails == []
