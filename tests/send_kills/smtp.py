"""A mail server that nobody in this project wrote (aiosmtpd), on a port of its own, which it prints.
Each mail that it takes is one line of JSON in the file named, before it says so."""
import asyncio, email, email.policy, json, sys
from aiosmtpd.smtp import SMTP


class Handler:
    def __init__(self, file):
        self.file = file

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {kind: mail.get_body((kind,)).get_content() for kind in ("plain", "html")}
        line = {"id": mail["Message-ID"].strip("<>").split("@")[0], "to": envelope.rcpt_tos[0], "name": mail["To"].addresses[0].display_name,
                "from": mail["From"].addresses[0].display_name, "subject": mail["Subject"], **parts}
        self.file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.file.flush()
        return "250 OK"


async def main():
    with open(sys.argv[1], "a", encoding="utf-8") as file:
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(Handler(file)), "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


asyncio.run(main())
