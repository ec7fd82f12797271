"""Walks through a mailbox with Python's imaplib: python3 imaplib_walk.py PORT USER PASSWORD CA"""
import base64
import hashlib
import hmac
import imaplib
import ssl
import sys

port, user, password, ca = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]


def must(answer):
    kind, data = answer
    assert kind == "OK", answer
    return data


class Scram:
    """The client's side of SCRAM-SHA-256 (RFC 7677)."""

    def __init__(self):
        self.step = 0

    def __call__(self, challenge):
        self.step += 1
        if self.step == 1:
            self.bare = f"n={user},r=walking"
            return ("n,," + self.bare).encode()
        if self.step == 2:
            nonce, salt, rounds = (part[2:] for part in challenge.decode().split(","))
            salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(rounds))
            key = hmac.digest(salted, b"Client Key", "sha256")
            self.signed = f"{self.bare},{challenge.decode()},c=biws,r={nonce}".encode()
            signature = hmac.digest(hashlib.sha256(key).digest(), self.signed, "sha256")
            self.verifier = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), self.signed, "sha256")
            proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signature))).decode()
            return f"c=biws,r={nonce},p={proof}".encode()
        assert challenge == b"v=" + base64.b64encode(self.verifier)
        return b""


imap = imaplib.IMAP4("localhost", port)
must(imap.starttls(ssl.create_default_context(cafile=ca)))
must(imap.authenticate("SCRAM-SHA-256", Scram()))
must(imap.noop())
assert imap.logout()[0] == "BYE"

imap = imaplib.IMAP4("localhost", port)
must(imap.starttls(ssl.create_default_context(cafile=ca)))
must(imap.login(user, password))
must(imap.create('"Jalan Sehat"'))
must(imap.subscribe('"Jalan Sehat"'))
assert any(b"Jalan Sehat" in row for row in must(imap.lsub()))
letter = b"From: a@example.net\r\nSubject: walk\r\n\r\none\r\ntwo\r\n"
must(imap.append('"Jalan Sehat"', r"(\Seen)", imaplib.Time2Internaldate(0), letter))
assert must(imap.status('"Jalan Sehat"', "(MESSAGES UNSEEN)")) == [b'"Jalan Sehat" (MESSAGES 1 UNSEEN 0)']
assert must(imap.select('"Jalan Sehat"')) == [b"1"]
assert must(imap.search(None, "SUBJECT", "walk")) == [b"1"]
assert must(imap.fetch("1", "(BODY[])"))[0][1] == letter
assert b"BODYSTRUCTURE" in must(imap.fetch("1", "(BODYSTRUCTURE ENVELOPE INTERNALDATE)"))[0]
must(imap.store("1", "+FLAGS", r"(\Flagged $Penting)"))
assert must(imap.uid("SEARCH", "KEYWORD", "$Penting")) == [b"1"]
must(imap.copy("1", "Archive"))
must(imap.store("1", "+FLAGS", r"(\Deleted)"))
assert must(imap.expunge()) == [b"1"]
must(imap.close())
must(imap.rename('"Jalan Sehat"', '"Jalan Pulang"'))
must(imap.delete('"Jalan Pulang"'))
assert must(imap.select("Archive", readonly=True)) == [b"1"]
assert imap.logout()[0] == "BYE"
print("walked")
