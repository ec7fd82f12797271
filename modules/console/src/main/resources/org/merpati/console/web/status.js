import { get, logoutBy, session } from "./http.js";
import { show } from "./table.js";

const STALE_MILLIS = 4000;
const AGAIN_MILLIS = 1500;
const TOUCH_MILLIS = 60000;

const element = (id) => document.getElementById(id);
const clock = new Intl.DateTimeFormat("en", { timeStyle: "medium", hourCycle: "h23" });
const number = new Intl.NumberFormat("en");
let last = performance.now();
let checked = 0;

const time = (millis) => (millis ? clock.format(new Date(millis)) : "never");
const words = { ready: "Ready", running: "Running", starting: "Starting", failing: "Failing", draining: "Draining", down: "Down" };

function state(row) {
  return { text: words[row.state] ?? row.state, kind: row.green ? "state green" : "state red", label: "State" };
}

function behind(lag) {
  return lag.group + ": " + (lag.entries < 0 || lag.entries > 1e15 ? "unknown" : number.format(lag.entries) + " behind");
}

function nodeRow(node) {
  const leads = node.leads.map((l) => `${l.group} (epoch ${l.epoch})`).join(", ");
  const silent = node.state === "down" && node.heard ? `last answer ${time(node.heard)}` : "";
  return {
    key: node.name,
    kind: "node",
    state: node.green ? "green" : "red",
    cells: [
      { text: node.name, note: node.roles.join(", "), header: "rowgroup", kind: "name" },
      { ...state(node), note: node.green ? "" : [node.sentence, silent].filter(Boolean).join("; ") },
      { text: leads || "–", label: "Leads" },
      { text: node.lag.map(behind).join(", ") || "none", label: "Lag" },
      { text: time(node.checked), label: "Last checked", kind: "time" },
    ],
  };
}

function serviceRow(node, service) {
  return {
    key: node.name + "/" + service.name,
    kind: "service",
    state: service.green ? "green" : "red",
    cells: [
      { text: service.name, note: service.kind === "role" ? "role" : "", header: "row", kind: "name" },
      state(service),
      { text: service.sentence || "–", span: 2, label: "Says", kind: service.sentence ? "" : "nothing" },
      { text: time(service.checked), label: "Last checked", kind: "time" },
    ],
  };
}

function groupRow(group) {
  return {
    key: group.name,
    state: group.leader ? "green" : "red",
    cells: [
      { text: group.name, header: "row", kind: "name" },
      group.leader
        ? { text: group.leader, label: "Leader", kind: "state green" }
        : { text: "No leader", label: "Leader", kind: "state red" },
      { text: group.leader ? number.format(group.epoch) : "–", label: "Epoch" },
      { text: number.format(group.committed), label: "Committed" },
      { text: group.voters.join(", "), label: "Voters" },
    ],
  };
}

function render(view) {
  last = performance.now();
  checked = view.checked;
  const summary = element("summary");
  if (summary.textContent !== view.summary) {
    summary.textContent = view.summary;
  }
  summary.className = view.well ? "summary green" : "summary red";
  document.title = (view.well ? "" : "! ") + "Server Status · Merpati";
  show(element("servers"), view.nodes.map((n) => [nodeRow(n), ...n.services.map((s) => serviceRow(n, s))]));
  show(element("groups"), [view.groups.map(groupRow)]);
  freshness();
}

/** Says so when no news has come for a while: what is shown may be wrong then. */
function freshness() {
  const old = performance.now() - last > STALE_MILLIS;
  const stale = element("stale");
  if (old) {
    const since = checked ? `since ${time(checked)}: what stands below was so then` : "yet";
    const text = `No news from the console ${since}. Trying again…`;
    if (stale.textContent !== text) {
      stale.textContent = text;
    }
  }
  stale.hidden = !old;
  document.body.classList.toggle("stale", old);
}

function leaveOrAgain(refused) {
  if (refused.status === 401) {
    location.replace("/login");
  } else if (refused.status === 403) {
    location.replace("/password");
  } else {
    setTimeout(listen, AGAIN_MILLIS);
  }
}

function listen() {
  const events = new EventSource("/api/events");
  events.addEventListener("status", (event) => render(JSON.parse(event.data)));
  events.addEventListener("over", () => {
    events.close();
    location.replace("/login");
  });
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) {
      get("/api/session").then(() => setTimeout(listen, AGAIN_MILLIS), leaveOrAgain);
    }
  });
}

/** What a person does keeps the session alive; the stream alone does not. */
function keepAlive() {
  let touched = performance.now();
  const touch = () => {
    if (performance.now() - touched > TOUCH_MILLIS) {
      touched = performance.now();
      get("/api/session").catch(() => {});
    }
  };
  ["pointerdown", "keydown", "scroll"].forEach((kind) => addEventListener(kind, touch, { passive: true }));
}

setInterval(freshness, 1000);
const who = await session();
element("who").textContent = who.address;
logoutBy(element("logout"), who.csrf);
keepAlive();
listen();
