"""A mail server that nobody in this project wrote (aiosmtpd), on a port of its own, which it prints.
Each mail that it takes is one line of JSON in the file named, before it says so; one in fifty is read as a mail program would."""
import asyncio, email, email.policy, json, re, sys
from aiosmtpd.smtp import SMTP

ID = re.compile(rb"^Message-ID: <([^@>]+)@", re.M | re.I)


def read(content):
    mail = email.message_from_bytes(content, policy=email.policy.default)
    parts = {kind: mail.get_body((kind,)).get_content() for kind in ("plain", "html")}
    return {"name": mail["To"].addresses[0].display_name, "from": mail["From"].addresses[0].display_name, "subject": mail["Subject"], **parts}


class Handler:
    def __init__(self, file):
        self.file, self.n = file, 0

    async def handle_DATA(self, server, session, envelope):
        line = {"id": ID.search(envelope.content)[1].decode(), "to": envelope.rcpt_tos[0]}
        if self.n % 50 == 0:
            line.update(read(envelope.content))
        self.n += 1
        self.file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.file.flush()
        return "250 OK"


async def main():
    with open(sys.argv[1], "a", encoding="utf-8") as file:
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(Handler(file)), "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


asyncio.run(main())
