"""A web server that nobody in this project wrote (Python's own), with a certificate. It prints its port. Each request that it takes is
one line of JSON in the file named."""
import http.server, json, ssl, sys

FILE, _, CERTIFICATE, KEY = sys.argv[1:5]
OUT = open(FILE, "a", encoding="utf-8")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        OUT.write(json.dumps({"heard": self.headers["Idempotency-Key"], "body": body, "protected": True}, ensure_ascii=False) + "\n")
        OUT.flush()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"errcode": 0}')

    def log_message(self, *_):
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERTIFICATE, KEY)
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print(server.server_address[1], flush=True)
server.serve_forever()
