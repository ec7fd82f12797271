// A walk of imapflow: node imapflow_walk.cjs PORT ACCOUNT PASSWORD CA-FILE. It prints "walked" at its end.
const { ImapFlow } = require('imapflow');
const fs = require('fs');
const [port, user, pass, ca] = process.argv.slice(2);

function assert(is, what) {
  if (!is) throw new Error('not so: ' + what);
}

async function walk() {
  const client = new ImapFlow({
    host: 'localhost', port: Number(port), secure: true, auth: { user, pass },
    tls: { ca: fs.readFileSync(ca) }, logger: false,
  });
  await client.connect();
  assert(client.capabilities.has('IMAP4rev2'), 'IMAP4rev2 is offered');
  const boxes = await client.list();
  assert(boxes.some((box) => box.specialUse === '\\Sent'), 'there is a mailbox for what was sent');
  await client.mailboxCreate(['Bücher', 'neu']);
  const letter = Buffer.from('From: a@example.net\r\nSubject: Grüße\r\n\r\nHello.\r\n');
  const put = await client.append('Bücher/neu', letter, ['\\Seen'], new Date());
  assert(put.uid === 1, 'the first message has UID 1');
  const lock = await client.getMailboxLock('Bücher/neu');
  try {
    assert(client.mailbox.exists === 1, 'one message is there');
    const one = await client.fetchOne('1', { source: true, envelope: true, flags: true, bodyStructure: true });
    assert(one.source.equals(letter), 'it comes back octet for octet');
    assert(one.flags.has('\\Seen'), 'it has its flag');
    await client.messageFlagsAdd('1', ['\\Flagged', 'Wichtig']);
    const found = await client.search({ keyword: 'Wichtig' }, { uid: true });
    assert(found.length === 1 && found[0] === 1, 'it is found by its keyword');
    await client.messageMove('1', 'Archive', {});
    assert(client.mailbox.exists === 0, 'it has been moved');
  } finally {
    lock.release();
  }
  const status = await client.status('Archive', { messages: true, unseen: true });
  assert(status.messages === 1, 'it is in the archive');
  await client.mailboxDelete('Bücher/neu');
  await client.logout();
  console.log('walked');
}

walk().catch((wrong) => { console.error(wrong); process.exit(1); });
