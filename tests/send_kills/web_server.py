"""Python's own web server, on a port of its own, which it prints. Each request that it takes is one line of JSON in the file named,
before it says so."""
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FILE = open(sys.argv[1], "a", encoding="utf-8")


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        line = {"id": self.headers["Idempotency-Key"], **{k: body[k] for k in ("to", "name", "subject")}, "plain": body["text"]}
        FILE.write(json.dumps(line, ensure_ascii=False) + "\n")
        FILE.flush()
        answer = b'{"ok": true}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        try:
            self.wfile.write(answer)
        except (BrokenPipeError, ConnectionResetError):
            pass  # whoever asked was killed

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
