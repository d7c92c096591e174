/* What is typed sits in this browser until the server has it: it survives a closed tab and a crash. */
import { box, form, reasons, state } from "./form_state.js";

const PAGE = ["csrf_token", "base_version", "save_id", "typed_by"];
const OURS = new Set([...PAGE, "on", "action", "reason", "held", "copied"]);
const SOON = 120;

const address = `crfsmith:${form.dataset.user}:${location.pathname}`;

/* Names and texts of everything that can be typed or chosen. */
const typed = () =>
  [...new FormData(form)].filter(([name, text]) => !OURS.has(name) && typeof text === "string");

/* Files that are chosen and not sent. This browser's copy cannot hold them, only their names. */
const chosenFiles = () => [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);

const grouped = (pairs) => {
  const groups = new Map();
  for (const [name, text] of pairs) groups.set(name, [...(groups.get(name) || []), text]);
  return groups;
};

let acknowledged = form.dataset.unsaved === undefined ? typed() : [];

/* The page that shows both versions takes everything that is typed here along. */
let handedOver = false;
function handOver() {
  handedOver = true;
  keep();
}

/* How many questions differ from what the server has. */
function changes() {
  const [before, now] = [grouped(acknowledged), grouped(typed())];
  const names = new Set([...before.keys(), ...now.keys()]);
  const text = (map, name) => JSON.stringify((map.get(name) || []).filter((value) => value !== ""));
  const differs = (name) => !name.startsWith("rows:") && text(before, name) !== text(now, name);
  return [...names].filter(differs).length + chosenFiles().length;
}

function keep() {
  try {
    if (changes() === 0) localStorage.removeItem(address);
    else {
      const files = chosenFiles().map((file) => file.name);
      const copy = {
        base: box("base_version").value,
        sent: state.sent,
        handedOver,
        at: new Date().toISOString(),
        typed: typed(),
        files,
      };
      localStorage.setItem(address, JSON.stringify(copy));
    }
  } catch {
    /* A full or forbidden store must not stop anybody from typing; drafts still go to the server. */
  }
}

let waiting = 0;
function keepSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(keep, SOON);
}

/* The server has this: `sent` is what it was sent. What was typed since stays kept. */
function acknowledge(sent) {
  acknowledged = sent;
  state.sent = "";
  keep();
}

/* `ensureRow` makes the rows that are not on the page. */
function put(pairs, ensureRow) {
  const texts = grouped(pairs);
  for (const [name, numbers] of texts) {
    if (name.startsWith("rows:")) numbers.forEach((number) => ensureRow(name.slice(5), number));
  }
  for (const element of form.elements) {
    if (!element.name || OURS.has(element.name) || element.name.startsWith("rows:")) continue;
    /* What nobody can type is as the server said it. */
    if (element.type === "hidden") continue;
    if (element.type === "radio" || element.type === "checkbox") {
      element.checked = (texts.get(element.name) || []).includes(element.value);
    } else if (element.tagName !== "BUTTON" && element.type !== "file") {
      element.value = (texts.get(element.name) || [""])[0];
    }
  }
  reasons.clear();
  for (const [name, values] of texts) if (name.startsWith("k:")) reasons.set(name, values[0]);
}

function restore(ensureRow) {
  let copy = null;
  try {
    copy = JSON.parse(localStorage.getItem(address));
  } catch {
    return;
  }
  if (!copy || form.dataset.readonly !== undefined || form.dataset.unsaved !== undefined) return;
  if (copy.handedOver && copy.sent === form.dataset.settled) {
    /* Both versions were shown, and the person chose: that is what the form holds now. */
    localStorage.removeItem(address);
    return;
  }
  put(copy.typed, ensureRow);
  const files = copy.files || [];
  if (changes() === 0) {
    if (files.length) tell(chooseAgain(files), "OK", keep);
    return keep();
  }
  /* The newest save is our own, whose answer never came: what was typed stands on top of it. */
  if (copy.sent && copy.sent === form.dataset.ownSave) copy.base = box("base_version").value;
  const older = copy.base !== box("base_version").value;
  box("base_version").value = copy.base;
  const when = new Date(copy.at).toLocaleTimeString([], {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
  const since = older ? " Someone else has saved the form since. Save to compare both versions." : "";
  tell(
    `What you typed at ${when} did not reach the server. ` +
      `It is back on the page.${since} ${chooseAgain(files)}`,
    "Discard it",
    () => {
      localStorage.removeItem(address);
      acknowledged = typed();
      location.reload();
    },
  );
}

function chooseAgain(files) {
  if (!files.length) return "";
  const them = files.length === 1 ? "it" : "them";
  const names = files.join(", ");
  return `The browser cannot keep files. ${names} did not reach the server. Please choose ${them} again.`;
}

/* A line above the form, with something to do about it. */
function tell(text, label, act) {
  const notice = document.createElement("div");
  notice.className = "notice";
  notice.setAttribute("role", "status");
  const words = document.createElement("span");
  words.textContent = text;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", () => {
    notice.remove();
    act();
  });
  notice.append(words, button);
  document.getElementById("notices").replaceChildren(notice);
  return notice;
}

addEventListener("beforeunload", (event) => {
  keep();
  if (changes() > 0 && !state.leaving) event.preventDefault();
});
addEventListener("pagehide", keep);
form.addEventListener("input", keepSoon);
form.addEventListener("change", keepSoon);

export { acknowledge, changes, handOver, keep, keepSoon, restore, tell, typed };
