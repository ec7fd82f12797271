"""A person's walk with Thunderbird, headless, driven through Marionette.

thunderbird_walk.py IMAPS_PORT SMTPS_PORT ACCOUNT PASSWORD CA_FILE FOLDER

The account's INBOX holds one message when this begins. Thunderbird gets the CA, the account and its password, and then
does what a person does: looks, reads, marks, makes a folder, moves, writes a letter and keeps a copy of it.
Whatever Thunderbird would tell the person in an alert ends the walk with 1.
"""

import base64
import json
import os
import pathlib
import socket
import subprocess
import sys
import time

IMAPS, SMTPS, ACCOUNT, PASSWORD, CA_FILE, FOLDER = sys.argv[1:]
LIMIT_SECONDS = 120

# What a profile holds after a person has set the account up in the account wizard.
PREFERENCES = {
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.rights.version": 1,
    "mailnews.start_page.enabled": False,
    "mail.spotlight.firstRunDone": True,
    "mail.accountmanager.accounts": "account1,account2",
    "mail.accountmanager.defaultaccount": "account1",
    "mail.accountmanager.localfoldersserver": "server2",
    "mail.account.account1.identities": "id1",
    "mail.account.account1.server": "server1",
    "mail.account.account2.server": "server2",
    "mail.identity.id1.fullName": "A reader",
    "mail.identity.id1.useremail": ACCOUNT,
    "mail.identity.id1.smtpServer": "smtp1",
    "mail.identity.id1.valid": True,
    "mail.server.server1.type": "imap",
    "mail.server.server1.hostname": "localhost",
    "mail.server.server1.port": int(IMAPS),
    "mail.server.server1.socketType": 3,
    "mail.server.server1.authMethod": 3,
    "mail.server.server1.userName": ACCOUNT,
    "mail.server.server1.name": ACCOUNT,
    "mail.server.server1.login_at_startup": False,
    "mail.server.server2.type": "none",
    "mail.server.server2.hostname": "Local Folders",
    "mail.server.server2.userName": "nobody",
    "mail.server.server2.name": "Local Folders",
    "mail.smtpservers": "smtp1",
    "mail.smtp.defaultserver": "smtp1",
    "mail.smtpserver.smtp1.hostname": "localhost",
    "mail.smtpserver.smtp1.port": int(SMTPS),
    "mail.smtpserver.smtp1.try_ssl": 3,
    "mail.smtpserver.smtp1.authMethod": 3,
    "mail.smtpserver.smtp1.username": ACCOUNT,
    "marionette.port": 0,
}

# Runs once in Thunderbird: what the steps below share, and an ear for everything it would tell its person.
COMMON = r"""
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
globalThis.MailServices = MailServices;
globalThis.complaints = [];
MailServices.mailSession.addUserFeedbackListener({
  QueryInterface: ChromeUtils.generateQI(["nsIMsgUserFeedbackListener"]),
  onAlert(message, url) { complaints.push(message); return true; },
  onCertError(securityInfo, url) { complaints.push("certificate: " + securityInfo.errorCodeString); },
});
globalThis.listener = () => {
  let ended = Promise.withResolvers();
  return {
    QueryInterface: ChromeUtils.generateQI(["nsIUrlListener", "nsIMsgCopyServiceListener"]),
    OnStartRunningUrl() {}, OnStopRunningUrl(url, status) { ended.resolve(status); },
    onStartCopy() {}, onProgress() {}, setMessageKey() {}, getMessageId() { return null; },
    onStopCopy(status) { ended.resolve(status); },
    ended: ended.promise,
  };
};
globalThis.sure = async (what, ended) => {
  let status = await Promise.race([ended, new Promise(late => setTimeout(late, 30000, "no end in 30 s"))]);
  if (status) {
    throw new Error(what + ": " + status.toString(16) + "; " + complaints.join("; "));
  }
};
globalThis.until = async (what, look) => {
  for (let i = 0; i < 600; i++) {
    let found = look();
    if (found) { return found; }
    await new Promise(next => setTimeout(next, 50));
  }
  throw new Error("not within 30 s: " + what + "; " + complaints.join("; "));
};
globalThis.server = MailServices.accounts.accounts.find(a => a.incomingServer.type == "imap").incomingServer;
globalThis.folder = name => server.rootFolder.getChildNamed(name);
globalThis.messages = where => Array.from(where.messages);
"""

STEPS = {
    "trusts the CA": r"""
        Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).addCertFromBase64(args[0], "CT,,");
        for (let place of ["imap://localhost", "smtp://localhost"]) {
          let login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
          login.init(place, null, place, args[1], args[2], "", "");
          await Services.logins.addLoginAsync(login);
        }
    """,
    "logs in and reads the list of folders": r"""
        server.performExpand(null);
        await until("the INBOX is listed", () => folder("INBOX"));
    """,
    "sees the message": r"""
        folder("INBOX").updateFolder(null);
        let inbox = folder("INBOX");
        await until("one message", () => messages(inbox).length == 1);
        if (messages(inbox)[0].mime2DecodedSubject != "a letter") { throw new Error(messages(inbox)[0].subject); }
    """,
    "reads it": r"""
        let inbox = folder("INBOX");
        let [message] = messages(inbox);
        let text = await new Promise((done, failed) => {
          let uri = inbox.getUriForMsg(message);
          let read = "";
          MailServices.messageServiceFromURI(uri).streamMessage(uri, {
            QueryInterface: ChromeUtils.generateQI(["nsIStreamListener"]),
            onStartRequest() {},
            onDataAvailable(request, stream, offset, count) {
              let input = Cc["@mozilla.org/scriptableinputstream;1"].createInstance(Ci.nsIScriptableInputStream);
              input.init(stream);
              read += input.read(count);
            },
            onStopRequest(request, status) { status ? failed(new Error("reading: " + status)) : done(read); },
          }, null, null, false, "", false);
        });
        if (!text.endsWith("\r\n\r\nHello.\r\n")) { throw new Error("it reads: " + text); }
        message.folder.markMessagesRead([message], true);
        message.folder.markMessagesFlagged([message], true);
        // Its queue for the folder: what is marked is told before what is asked next.
        let heard = listener();
        inbox.QueryInterface(Ci.nsIMsgImapMailFolder).updateFolderWithListener(null, heard);
        await sure("telling the marks", heard.ended);
    """,
    "makes a folder": r"""
        let inbox = folder("INBOX");
        server.rootFolder.createSubfolder("Keep \u00fc", null);
        await until("the new folder", () => folder("Keep \u00fc"));
    """,
    "moves the message there": r"""
        let heard = listener();
        let inbox = folder("INBOX");
        MailServices.copy.copyMessages(inbox, messages(inbox), folder("Keep \u00fc"), true, heard, null, false);
        await sure("moving", heard.ended);
        folder("Keep \u00fc").updateFolder(null);
        await until("the message in the new folder", () => messages(folder("Keep \u00fc")).length == 1);
        inbox.updateFolder(null);
        await until("no message in the INBOX", () => messages(inbox).length == 0);
        await until("the flags of the message there", () => {
          let [moved] = messages(folder("Keep \u00fc"));
          return moved.isRead && moved.isFlagged;
        });
    """,
    "writes a letter and keeps a copy": r"""
        let identity = MailServices.accounts.defaultAccount.defaultIdentity;
        let fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
        fields.from = args[1]; fields.to = args[1]; fields.subject = "from Thunderbird";
        let text = Services.dirsvc.get("TmpD", Ci.nsIFile);
        text.append("letter-" + Date.now() + ".eml");
        await IOUtils.writeUTF8(text.path, "From: " + args[1] + "\r\nTo: " + args[1] + "\r\n"
            + "Subject: from Thunderbird\r\nMessage-ID: <tb@example.net>\r\n\r\nWritten there.\r\n");
        let sending = Promise.withResolvers();
        Cc["@mozilla.org/messengercompose/send;1"].createInstance(Ci.nsIMsgSend).sendMessageFile(
          identity, "account1", fields, text, true, false, Ci.nsIMsgSend.nsMsgDeliverNow, null, {
            QueryInterface: ChromeUtils.generateQI(["nsIMsgSendListener", "nsIMsgCopyServiceListener"]),
            onStartSending() {}, onSendProgress() {}, onSendNotPerformed() {}, onStatus() {}, onGetDraftFolderURI() {},
            onTransportSecurityError(id, status, info) { complaints.push("SMTP: " + info.errorCodeString); },
            onStopSending(id, status) { if (status) { sending.resolve(status); } },
            onStartCopy() {}, onProgress() {}, setMessageKey() {}, getMessageId() { return null; },
            onStopCopy(status) { sending.resolve(status); },
          }, null, "");
        await sure("sending", sending.promise);
        folder("INBOX").updateFolder(null);
        await until("the letter in the INBOX", () => messages(folder("INBOX")).some(m => m.subject == "from Thunderbird"));
    """,
    "complains of nothing": r"""
        if (complaints.length) { throw new Error(complaints.join("; ")); }
    """,
}


class Marionette:
    """Mozilla's remote control: a number of octets, a colon, and so much JSON."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=LIMIT_SECONDS)
        self.last = 0
        self.receive()

    def receive(self):
        digits = b""
        while not digits.endswith(b":"):
            digits += self.some(1)
        left = int(digits[:-1])
        octets = b""
        while len(octets) < left:
            octets += self.some(left - len(octets))
        return json.loads(octets)

    def some(self, most):
        octets = self.socket.recv(most)
        if not octets:
            raise EOFError("Thunderbird closed the connection")
        return octets

    def command(self, name, parameters):
        self.last += 1
        octets = json.dumps([0, self.last, name, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(octets), octets))
        _, _, error, value = self.receive()
        if error:
            raise RuntimeError(error["message"])
        return value

    def run(self, script, *arguments):
        body = "let done = arguments[arguments.length - 1]; let args = Array.from(arguments).slice(0, -1);" \
            "(async () => {" + script + "})().then(() => done(null), e => done(String(e) + ' ' + e.stack));"
        failed = self.command(
            "WebDriver:ExecuteAsyncScript",
            {"script": body, "args": arguments, "sandbox": "system"})["value"]
        if failed:
            raise RuntimeError(failed)


def profile():
    folder = pathlib.Path(FOLDER) / "profile"
    folder.mkdir(parents=True)
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (folder / "user.js").write_text("\n".join(lines) + "\n")
    return folder


def port_of(folder, process):
    """Thunderbird takes a free port and writes it down."""
    written = folder / "MarionetteActivePort"
    for _ in range(LIMIT_SECONDS * 10):
        if written.exists() and written.read_text().strip():
            return int(written.read_text())
        if process.poll() is not None:
            raise RuntimeError(f"Thunderbird ended with {process.returncode}")
        time.sleep(0.1)
    raise RuntimeError("Thunderbird did not open its remote control")


def main():
    folder = profile()
    certificate = pathlib.Path(CA_FILE).read_text().split("-----")[2].replace("\n", "")
    process = subprocess.Popen(
        ["thunderbird", "--headless", "--no-remote", "--marionette", "--remote-allow-system-access",
         "--profile", str(folder)],
        env={**os.environ, "MOZ_HEADLESS": "1", "HOME": FOLDER},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        thunderbird = Marionette(port_of(folder, process))
        thunderbird.command("WebDriver:NewSession", {})
        thunderbird.command("Marionette:SetContext", {"value": "chrome"})
        thunderbird.command("WebDriver:SetTimeouts", {"script": LIMIT_SECONDS * 1000})
        thunderbird.run(COMMON)
        for step, script in STEPS.items():
            thunderbird.run(script, certificate, ACCOUNT, PASSWORD)
            print(step, flush=True)
    except RuntimeError as failed:
        print(f"Thunderbird: {failed}")
        return 1
    finally:
        process.kill()
        process.wait()
    return 0


sys.exit(main())
