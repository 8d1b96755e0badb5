"""A mailbox on this machine that speaks just enough IMAP, over a real socket."""

import socketserver
import threading


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self, password="pa:ss"):
        super().__init__(("127.0.0.1", 0), Talk)
        self.mails, self.seen, self.password = [], set(), password
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def url(self):
        return f"imap://crm%40example.com:pa%3Ass@127.0.0.1:{self.server_address[1]}/INBOX"


class Talk(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text if isinstance(text, bytes) else f"{text}\r\n".encode())

    def handle(self):
        self.say("* OK [CAPABILITY IMAP4rev1 ID] here")
        while line := self.rfile.readline().decode():
            tag, verb, rest = (*line.strip().split(" ", 2), "")[:3]
            words = self.answer(verb.upper(), rest)
            self.say(f"{tag} {words}")
            if verb.upper() == "LOGOUT":
                return

    def answer(self, verb, rest):
        box = self.server
        if verb == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1 ID")
        if verb == "LOGIN" and rest.replace('"', "") != f"crm@example.com {box.password}":
            return "NO [AUTHENTICATIONFAILED] wrong"
        if verb == "SELECT":
            self.say(f"* {len(box.mails)} EXISTS")
        if verb == "UID" and rest.startswith("SEARCH"):
            self.say("* SEARCH " + " ".join(str(n) for n in range(1, len(box.mails) + 1) if n not in box.seen))
        if verb == "UID" and rest.startswith("FETCH"):
            number = int(rest.split()[1])
            raw = box.mails[number - 1]
            if "SIZE" in rest:
                self.say(f"* {number} FETCH (UID {number} RFC822.SIZE {len(raw)})")
            else:
                self.say(f"* {number} FETCH (UID {number} BODY[] {{{len(raw)}}}".encode() + b"\r\n" + raw + b")\r\n")
        if verb == "UID" and rest.startswith("STORE"):
            box.seen.add(int(rest.split()[1]))
        return "OK done"
