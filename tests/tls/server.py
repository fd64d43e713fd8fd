"""A mail server that nobody in this project wrote (aiosmtpd), with a certificate: `starttls`, `tls` from the start, or `open` (neither).
It prints its port. Each mail that it takes, read as a mail program would, and each AUTH and MAIL that it hears, with whether that was
protected, is one line of JSON in the file named."""
import asyncio, email, email.policy, json, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

FILE, MODE, CERTIFICATE, KEY = sys.argv[1:5]
OUT = open(FILE, "a", encoding="utf-8")


def note(**line):
    OUT.write(json.dumps(line, ensure_ascii=False) + "\n")
    OUT.flush()


class Server(SMTP):
    def protected(self):
        return self.transport.get_extra_info("sslcontext") is not None

    async def smtp_AUTH(self, arg):
        note(heard="AUTH", protected=self.protected())
        await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg):
        note(heard="MAIL", protected=self.protected())
        await super().smtp_MAIL(arg)


class Handler:
    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        plain = mail.get_body(("plain",)).get_content()
        note(to=envelope.rcpt_tos[0], name=mail["To"].addresses[0].display_name, subject=mail["Subject"], plain=plain, protected=server.protected())
        return "250 OK"


def login(server, session, envelope, mechanism, said):
    right = isinstance(said, LoginPassword) and (said.login, said.password) == (b"mkt", b"geheim")
    return AuthResult(success=right, handled=right)


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    offers = {"tls_context": context, "require_starttls": True} if MODE == "starttls" else {"auth_require_tls": False}
    make = lambda: Server(Handler(), authenticator=login, auth_required=True, **offers)
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, ssl=context if MODE == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
