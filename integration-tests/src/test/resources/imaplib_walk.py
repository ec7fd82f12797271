"""Walks through a mailbox with Python's imaplib: python3 imaplib_walk.py PORT USER PASSWORD CA"""
import imaplib
import ssl
import sys

port, user, password, ca = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]


def must(answer):
    kind, data = answer
    assert kind == "OK", answer
    return data


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
