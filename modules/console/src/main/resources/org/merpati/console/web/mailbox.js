import { get, logoutBy, post, sentence, session } from "./http.js";

const element = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en");
const day = new Intl.DateTimeFormat("en", { dateStyle: "medium" });
const moment = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
const UNITS = ["B", "KB", "MB", "GB", "TB"];

/** Where the pages before this one begin, the first at the bottom. */
let begins = [""];
let page = { messages: [], next: "" };
let text = "";
let every = false;
let busy = false;

function size(octets) {
  let unit = 0;
  let value = octets;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return (unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)) + " " + UNITS[unit];
}

const count = (n, thing) => `${number.format(n)} ${thing}${n === 1 ? "" : "s"}`;

function say(words) {
  element("said").textContent = words;
}

function fail(refused) {
  if (refused.status === 401) {
    location.replace("/login");
    return;
  }
  element("error").textContent = sentence(refused.message);
  element("error").hidden = false;
}

async function showRoom() {
  const kept = await get("/api/mailbox");
  const octets = size(kept.octets) + (kept.quotaOctets ? ` of ${size(kept.quotaOctets)}` : "");
  const messages = kept.quotaMessages
    ? `${number.format(kept.messages)} of ${count(kept.quotaMessages, "message")}`
    : count(kept.messages, "message");
  const parts = [
    kept.quotaOctets ? kept.octets / kept.quotaOctets : 0,
    kept.quotaMessages ? kept.messages / kept.quotaMessages : 0,
  ];
  const used = Math.max(...parts);
  const limited = kept.quotaOctets || kept.quotaMessages;
  element("room").textContent = limited
    ? `${octets} in ${messages} (${Math.round(used * 100)} % used).`
    : `${octets} in ${messages}; there is no limit.`;
  element("meter").hidden = !limited;
  element("meter").value = Math.min(1, used);
}

function cell(tag, label, words, note) {
  const made = document.createElement(tag);
  made.setAttribute("role", tag === "th" ? "rowheader" : "cell");
  if (tag === "th") {
    made.scope = "row";
  }
  made.dataset.label = label;
  const first = document.createElement("span");
  first.textContent = words;
  made.append(first);
  if (note) {
    const second = document.createElement("span");
    second.className = "note";
    second.textContent = note;
    made.append(second);
  }
  return made;
}

function row(message) {
  const made = document.createElement("tr");
  made.setAttribute("role", "row");
  made.dataset.key = message.key;
  const from = message.name || message.from || "(unknown)";
  const subject = message.subject || "(no subject)";
  const choose = document.createElement("input");
  choose.type = "checkbox";
  choose.setAttribute("aria-label", `Choose “${subject}” from ${from}`);
  const box = document.createElement("td");
  box.setAttribute("role", "cell");
  box.className = "box";
  box.append(choose);
  made.append(
    box,
    cell("td", "From", from, message.name ? message.from : ""),
    cell("th", "Subject", subject),
    cell("td", "Date", moment.format(new Date(message.date))),
    cell("td", "Size", size(message.size)),
    cell("td", "Mailbox", message.mailbox === "INBOX" ? "Inbox" : message.mailbox),
    cell("td", "Removed", moment.format(new Date(message.removed))),
    cell("td", "Until", day.format(new Date(message.until))),
  );
  return made;
}

const boxes = () => [...element("removed").querySelectorAll("tbody input")];
const chosen = () => boxes().filter((box) => box.checked);

function choosing() {
  const now = chosen().length;
  const all = now > 0 && now === boxes().length;
  every = every && all;
  element("all").checked = all;
  element("all").indeterminate = now > 0 && !all;
  element("all").disabled = busy || boxes().length === 0;
  element("every").hidden = every || !all || (begins.length === 1 && !page.next);
  element("restore").disabled = busy || now === 0;
  element("restore").textContent = every ? "Bring back all on every page" : now ? `Bring back (${now})` : "Bring back";
}

function summary() {
  const found = page.messages.length;
  if (found === 0) {
    return page.next
      ? "None among those looked at. Look further with “Removed earlier”."
      : text || begins.length > 1 ? "No more was found." : "No removed messages can be had back now.";
  }
  return `${count(found, "message")}${begins.length > 1 ? `, page ${begins.length}` : ""}${page.next ? ", and more" : ""}.`;
}

const path = (before) => "/api/removed?" + new URLSearchParams({ text, before });

async function showPage() {
  page = await get(path(begins.at(-1)));
  element("removed").tBodies[0].replaceChildren(...page.messages.map(row));
  element("removed").hidden = page.messages.length === 0;
  element("newer").hidden = begins.length === 1;
  element("older").hidden = !page.next;
  every = false;
}

/** Does one thing at a time, and says what went wrong. */
async function once(thing) {
  if (busy) {
    return;
  }
  busy = true;
  element("error").hidden = true;
  choosing();
  try {
    await thing();
  } catch (refused) {
    fail(refused);
  } finally {
    busy = false;
    choosing();
  }
}

const turn = () =>
  once(async () => {
    say("Looking…");
    await showPage();
    say(summary());
    element("removed-title").focus();
  });

async function bringBack(keys, sum) {
  const answer = await post("/api/restore", { keys }, who.csrf);
  sum.restored += answer.restored;
  sum.gone += answer.gone;
}

/** Goes through all pages of what is searched for. */
async function bringBackEvery(sum) {
  let before = "";
  do {
    const some = await get(path(before));
    if (some.messages.length > 0) {
      await bringBack(some.messages.map((message) => message.key), sum);
      say(`${count(sum.restored, "message")} so far…`);
    }
    before = some.next;
  } while (before);
}

async function restore() {
  const sum = { restored: 0, gone: 0 };
  say("Bringing back…");
  try {
    if (every) {
      await bringBackEvery(sum);
    } else {
      await bringBack(chosen().map((box) => box.closest("tr").dataset.key), sum);
    }
  } finally {
    const back = `${count(sum.restored, "message")} ${sum.restored === 1 ? "is" : "are"} back.`;
    const gone = sum.gone ? ` ${count(sum.gone, "message")} could not be had back any more, or came back before.` : "";
    say(sum.restored + sum.gone ? back + gone : "Nothing was brought back.");
  }
  if (every) {
    begins = [""];
  }
  await showPage();
  await showRoom();
}

element("search").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!busy) {
    text = element("text").value.trim();
    begins = [""];
    turn();
  }
});
element("older").addEventListener("click", () => {
  if (!busy) {
    begins.push(page.next);
    turn();
  }
});
element("newer").addEventListener("click", () => {
  if (!busy) {
    begins.pop();
    turn();
  }
});
element("all").addEventListener("change", () => {
  boxes().forEach((box) => {
    box.checked = element("all").checked;
  });
  choosing();
});
element("every").addEventListener("click", () => {
  every = true;
  choosing();
  element("restore").focus();
});
element("removed").addEventListener("change", choosing);
element("restore").addEventListener("click", () => once(restore));

const who = await session();
element("who").textContent = who.address;
element("status").hidden = who.home !== "/";
logoutBy(element("logout"), who.csrf);
await once(async () => {
  await showRoom();
  await showPage();
  say(summary());
});
