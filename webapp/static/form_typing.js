/* What happens inside a question while one types: what was understood stands beside its box, a missing code
   takes the answer's place, answers that exclude each other do. Then form_live.js judges the page anew. */
import { say, whenDrawn, whenReleased } from "./base.js";
import { understand } from "./entry.js";
import { keepSoon, tell } from "./form_drafts.js";
import {
  conversion,
  env,
  fetchSpec,
  fieldOf,
  given,
  judge,
  judgeSoon,
  left,
  nameOf,
  settle,
  typedAnew,
} from "./form_live.js";
import { form, state } from "./form_state.js";
import { parse, shownAs, write } from "./kinds.js";
import { evaluate, roundNumber, seen } from "./rules.js";

const byId = (id) => document.getElementById(id);
const reasonMenu = (question) => question.querySelector("select.missing");

/* What was understood, beside the box. */
function echo(place) {
  const name = nameOf(place);
  const box = byId(name);
  const field = fieldOf(name);
  const out = byId(`${name}-echo`);
  if (!out || !field || !box || box.type !== "text") return;
  const text = settle(box.value, field);
  const known = text !== "" && parse(text, field).ok;
  out.textContent = known ? echoOf(text, box.value.trim(), field, place) : "";
  const note = known ? otherReading(text, box.value, field) : "";
  if (note)
    out.append(Object.assign(document.createElement("span"), { className: "doubt", textContent: note }));
}

/* 10/05/2026 is another day where months are written first: whoever types it sees which one was taken. */
const OTHER_ORDER = { dmy: "mdy", mdy: "dmy" };
const READ_AS = { dmy: "day/month", mdy: "month/day" };
function otherReading(text, typed, field) {
  if (!["date", "partial_date", "datetime"].includes(field.kind) || !env.dateOrder) return "";
  const other = understand(typed, field, { ...env, dateOrder: OTHER_ORDER[env.dateOrder] });
  if (other === text || !parse(other, field).ok) return "";
  return `▲ Read as ${READ_AS[env.dateOrder]}, not ${spaced(other, field)}`;
}
const spaced = (text, field) => shownAs(text, field).replaceAll("-", " ");

/* A longer label is cut in its box. */
const LONG = 24;
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/* 2024-03 and 2024 in words. */
function partly(text) {
  const [year, month] = text.split("-");
  return month ? `${MONTHS[Number(month) - 1]} ${year} (day unknown)` : `${year} (day and month unknown)`;
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function echoOf(text, typed, field, place) {
  if (field.kind === "date" || (field.kind === "partial_date" && text.length === 10)) {
    const day = new Date(`${text}T00:00:00Z`);
    const zero = form.dataset.dayZero;
    const count = zero ? Math.round((day - new Date(`${zero}T00:00:00Z`)) / 86400000) : null;
    const words = spaced(text, field);
    return `${DAYS[day.getUTCDay()]} ${words}${count === null ? "" : `, day ${count}`}`;
  }
  if (field.kind === "choice") {
    const label = shownAs(text, field);
    return label === typed && label.length <= LONG ? "" : label;
  }
  const { list = "" } = byId(nameOf(place)).dataset;
  if (list.startsWith("codes-rows-")) return rowSaid(list, text);
  const converted = inOtherUnit(text, field, unitIn(place));
  if (converted) return `= ${converted}`;
  if (field.kind === "partial_date") return partly(text);
  return text !== typed ? `understood as ${shownAs(text, field)}` : "";
}

/* What a row of another form says, by its number; empty where there is no such row. */
function rowSaid(list, number) {
  const holder = document.createElement("template");
  holder.innerHTML = document.querySelector(`noscript[data-list="${list}"]`).textContent;
  const rows = [...holder.content.querySelectorAll("option")];
  return rows.find((row) => row.value === number)?.label || "";
}

/* 98.6 °F = 37.0 °C: exact as in the rules, shown with the field's places. */
function inOtherUnit(text, field, unit) {
  const converter = conversion(field, unit);
  const parsed = parse(text, field);
  if (!converter || !parsed.ok) return null;
  const number = seen(parsed.value, field.as);
  const cell = (_table, _row, name) => ({ state: "answered", seen: name === field.name ? number : unit });
  const value = evaluate(converter.rule, [{ row: null }], { ...given, cell, rows: () => [] });
  if (value === null) return null;
  const rounded = roundNumber(value, BigInt(field.places ?? 0) * 1000000000n);
  const [whole, part = ""] = write(rounded, { kind: "decimal" }).split(".");
  return `${field.places ? `${whole}.${part.padEnd(field.places, "0")}` : whole} ${converter.to}`;
}

const unitIn = (place) => place.querySelector(".units :checked")?.value || "";

function unitLimits(place) {
  const limits = place.querySelectorAll(".range [data-unit]");
  const unit = unitIn(place);
  limits.forEach((limit) => (limit.hidden = unit !== "" && limit.dataset.unit !== unit));
}

/* A missing code typed in the box, `.nd`, moves to the menu; choosing there empties the box, and back. */
function readReason(place) {
  const box = byId(nameOf(place));
  const field = fieldOf(nameOf(place));
  const menu = reasonMenu(place);
  if (!box || box.type !== "text" || !field || !menu) return;
  const text = understand(box.value, field, env);
  if (!field.missing.some((reason) => reason.code === text)) return;
  menu.value = text;
  box.dataset.before = "";
  box.value = "";
  say(`${menu.selectedOptions[0].textContent}.`);
}

function reasonChosen(place, menu) {
  const boxes = [...place.querySelectorAll(`[name="${nameOf(place)}"]`)];
  if (menu.value === "") {
    for (const box of boxes) if (box.type === "text" && box.dataset.before) box.value = box.dataset.before;
    return;
  }
  for (const box of boxes) {
    if (box.type === "radio" || box.type === "checkbox") box.checked = false;
    else if (box.value && box.type !== "hidden") {
      box.dataset.before = box.value;
      box.value = "";
    }
  }
  if (menu.value === "-") menu.value = "";
}

/* An answer that stands alone takes the others away, and says which. */
function exclusive(place, box) {
  if (box.type !== "checkbox" || !box.checked) return;
  const boxes = [...place.querySelectorAll(".choice input[type=checkbox]")];
  if (!boxes.some((other) => other.dataset.exclusive !== undefined)) return;
  const alone = box.dataset.exclusive !== undefined;
  const gone = boxes.filter(
    (other) => other !== box && other.checked && (alone || other.dataset.exclusive !== undefined),
  );
  if (!gone.length) return;
  const word = (input) => input.closest("label").textContent.trim();
  gone.forEach((input) => (input.checked = false));
  byId(`${nameOf(place)}-echo`).textContent =
    `${gone.map(word).join(", ")} removed: ` +
    `${alone ? word(box) : word(gone[0])} cannot be combined with other answers.`;
  say(byId(`${nameOf(place)}-echo`).textContent);
}

function answerTyped(place) {
  const menu = reasonMenu(place);
  if (menu?.value) menu.value = "";
}

/* Answers that a change has hidden: asked about before anything is lost. */
function offerClearing() {
  const moot = [...form.querySelectorAll(".q[data-moot]")].filter(
    (question) => !question.closest("template"),
  );
  const boxes = moot
    .map((question) => question.querySelector(".moot-note input"))
    .filter((box) => box && !box.checked);
  if (boxes.length < 2 || byId("clear-all")) return;
  const words = `${boxes.length} answers no longer apply. They stay until you clear them.`;
  const notice = tell(words, "Clear all", () => moot.forEach(clear));
  notice.id = "clear-all";
}

function clear(place) {
  for (const box of place.querySelectorAll(".line input, .line select, .line textarea")) {
    if (box.closest(".remove-file")) box.checked = true;
    else if (box.type === "radio" || box.type === "checkbox") box.checked = false;
    else if (box.type !== "hidden") box.value = "";
  }
  place.dispatchEvent(new Event("change", { bubbles: true }));
}

function vas(place) {
  const line = place.querySelector(".vas");
  if (!line) return;
  const box = byId(line.dataset.for);
  const track = line.querySelector(".track");
  const marker = line.querySelector(".at");
  const value = Number(box.value.replace(",", "."));
  const known = box.value.trim() !== "" && value >= 0 && value <= 10;
  marker.style.display = known ? "block" : "none";
  if (known) marker.style.left = `${value * 10}%`;
  if (track.dataset.ready) return;
  track.dataset.ready = "yes";
  track.addEventListener("click", (event) => {
    const spot = track.getBoundingClientRect();
    box.value = (Math.round(((event.clientX - spot.left) / spot.width) * 100) / 10).toFixed(1);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  });
}

function prepare(root) {
  for (const place of root.querySelectorAll(".q")) {
    if (place.closest("template")) continue;
    const menu = reasonMenu(place);
    if (menu) menu.tabIndex = -1;
    echo(place);
    unitLimits(place);
    vas(place);
  }
}

/* The key is drawn first, then what it means. */
const typedIn = new Set();
const readSoon = whenDrawn(() => {
  for (const place of typedIn) {
    echo(place);
    vas(place);
  }
  typedIn.clear();
});

form.addEventListener("input", (event) => {
  const place = event.target.closest(".q");
  if (!place) return;
  if (!event.target.closest(".missing, .keep")) {
    answerTyped(place);
    typedAnew(nameOf(place));
  }
  typedIn.add(place);
  readSoon();
  judgeSoon();
});

form.addEventListener("change", (event) => {
  const place = event.target.closest(".q");
  if (!place) return;
  const drop = event.target.matches(".moot-note input");
  if (drop && event.target.checked) return clear(place);
  if (event.target.matches("select.missing")) reasonChosen(place, event.target);
  else if (event.target.matches(`[name="${nameOf(place)}"]`)) {
    if (event.target.type === "radio" || event.target.type === "checkbox") left.add(nameOf(place));
    if (event.target.checked || event.target.tagName === "SELECT") answerTyped(place);
    exclusive(place, event.target);
  }
  unitLimits(place);
  if (!event.target.matches("[type=checkbox]")) echo(place);
  whenReleased(() => {
    judge();
    offerClearing();
  });
});

/* What stands in a question that is left is read, and from now on its findings appear. */
function leave(element) {
  const place = element.closest(".q");
  if (!place || element.closest(".keep")) return null;
  readReason(place);
  if (element.matches(".missing") && !element.value) return null;
  left.add(nameOf(place));
  return place;
}

form.addEventListener("focusout", (event) => {
  if (leave(event.target)) requestAnimationFrame(() => whenReleased(judge));
});

/* A key is about to go on from here. What is found is drawn before it does, so that it comes to the box that
   asks why the value is kept. Links that came while one was in the question wait until the key has passed. */
const linksIn = (place) => [...place.querySelectorAll(".msg a")];
let linksBefore = new Set();
form.addEventListener("focusin", (event) => {
  const place = event.target.closest(".q");
  if (place && !place.contains(event.relatedTarget)) linksBefore = new Set(linksIn(place));
});

function goOn(element) {
  const place = leave(element);
  if (!place) return;
  state.leavingQuestion = place;
  judge();
  state.leavingQuestion = null;
  keepSoon();
  const passed = linksIn(place).filter((link) => !linksBefore.has(link));
  passed.forEach((link) => (link.tabIndex = -1));
  setTimeout(() => passed.forEach((link) => link.removeAttribute("tabindex")));
}

form.addEventListener("keydown", (event) => {
  if (
    event.key !== "Tab" ||
    event.shiftKey ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    event.isComposing
  )
    return;
  goOn(event.target);
});

async function begin() {
  prepare(form);
  const here = document.querySelector(".index .here");
  if (here) here.closest(".others").scrollTop = here.offsetTop - 120;
  try {
    await fetchSpec();
  } catch {
    return;
  }
  prepare(form);
  judge();
  form.dataset.ready = "";
}

begin();

export { goOn, prepare };
