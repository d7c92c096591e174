/* A form by keyboard alone: saving, codes, missing reasons, taking an answer back, on to the next question.
   */
import { say } from "./base.js";
import { fieldOf, nameOf } from "./form_live.js";
import { form, state } from "./form_state.js";
import { goOn } from "./form_typing.js";

const changed = (element) => element.dispatchEvent(new Event("change", { bubbles: true }));
const reasonsOf = (question) => question.querySelector("select.missing");

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || !state.save) return;
  const mayComplete = !("draftOnly" in form.dataset);
  const usual = mayComplete && form.dataset.status === "complete" ? "complete" : "draft";
  if (event.key === "Enter" && !mayComplete) return;
  const action = event.key === "s" ? usual : event.key === "Enter" ? "complete" : null;
  if (!action) return;
  event.preventDefault();
  /* What stands in the box that has the focus is read as if it were left. */
  document.activeElement?.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
  state.save(action);
});

/* A reviewer has seen the form. What is typed and not saved yet is kept, as whenever a page is left. */
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyS") return;
  const button = document.querySelector("[data-seen]");
  if (!button) return;
  event.preventDefault();
  button.click();
});

/* What was typed to choose an answer. It grows as long as an answer begins so, however slowly, and it ends
   with its question. `undo` takes back what the shorter text had ticked. */
let ahead = { name: "", typed: "", undo: () => {} };
const forget = () => (ahead = { name: "", typed: "", undo: () => {} });

const plain = (text) => text.trim().toLowerCase();
const labelOf = (box) => box.closest("label").textContent.trim();

/* Codes go before other words for an answer, and whole words before beginnings. */
function byWords(answers, typed) {
  const tests = [
    ({ code }) => code === typed,
    ({ words }) => words.includes(typed),
    ({ code }) => code.startsWith(typed),
    ({ words }) => words.some((word) => word.startsWith(typed)),
  ];
  for (const test of tests) {
    const fits = answers.find(test);
    if (fits) return fits;
  }
  return null;
}

/* The answer that the keys so far name: the longer text if one begins so, else a new one that starts with
   this key. */
function byKeys(name, answers, key) {
  if (ahead.name !== name) forget();
  const longer = byWords(answers, ahead.typed + key);
  const answer = longer || byWords(answers, key);
  if (longer && ahead.typed) ahead.undo();
  ahead = { name, typed: longer ? ahead.typed + key : answer ? key : "", undo: () => {} };
  return answer;
}

function choose(question, event) {
  const { name } = event.target;
  const codes = fieldOf(name)?.codes || [];
  const boxes = [...question.querySelectorAll(`[name="${name}"]`)].filter(
    (box) => !box.closest("label")?.hidden,
  );
  const answers = boxes.map((box) => ({
    box,
    code: plain(box.value),
    words: [labelOf(box), ...(codes.find(({ code }) => code === box.value)?.synonyms || [])].map(plain),
  }));
  const answer = byKeys(name, answers, event.key.toLowerCase());
  if (!answer && (event.key === "?" || event.key === "/")) return;
  event.preventDefault();
  saysNothing(question, answer ? "" : event.key);
  if (answer) tick(answer.box);
}

function tick(box) {
  const boxes = [...form.querySelectorAll(`[name="${box.name}"]`)];
  const before = boxes.map((choice) => choice.checked);
  box.focus();
  box.checked = box.type === "radio" || !box.checked;
  changed(box);
  if (box.type === "radio") return;
  ahead.undo = () => boxes.forEach((choice, index) => (choice.checked = before[index]));
}

/* A key that chooses nothing says so. */
function saysNothing(question, key) {
  const echo = document.getElementById(`${nameOf(question)}-echo`);
  if (!echo || (!key && !echo.dataset.nothing)) return;
  echo.textContent = key ? `No answer begins with “${key}”.` : "";
  echo.dataset.nothing = key;
  if (key) say(echo.textContent);
}

function clear(question) {
  const chosen = question.querySelector(".choice input[type=radio]:checked");
  if (!chosen) return;
  chosen.checked = false;
  say("Answer cleared.");
  changed(chosen);
}

const BUTTONS = ".choice input, .unit-choice input";
const isChoice = (element) => element.matches(`${BUTTONS}, select.box`);

form.addEventListener("pointerdown", forget);

form.addEventListener("keydown", (event) => {
  if (event.key.length > 1 && event.key !== "Shift") forget();
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const question = event.target.closest(".q");
  if (!question) return;
  if (event.key === "Enter" && event.target.matches("input, select")) return next(event);
  if (event.key === "Escape" && event.target.closest(".keep")) return next(event);
  if (event.target.matches("select.missing")) return back(event, question);
  if (!isChoice(event.target)) return;
  if (event.key === "." && reasonsOf(question)) {
    event.preventDefault();
    reasonsOf(question).focus();
  } else if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    clear(question);
  } else if (event.key.length === 1 && event.key !== " " && event.target.matches(BUTTONS)) {
    choose(question, event);
  }
});

/* In the menu of reasons codes and labels choose, as among the answers: `nd` is Not done. */
function back(event, question) {
  if (event.key === "Escape") question.querySelector("input, select, textarea").focus();
  if (event.key.length !== 1 || event.key === " ") return;
  const menu = event.target;
  const reasons = [...menu.options].filter(({ value }) => value && value !== "-");
  const answers = reasons.map(({ value, text }) => ({ value, code: plain(value), words: [plain(text)] }));
  const answer = byKeys(menu.name, answers, event.key.toLowerCase());
  event.preventDefault();
  saysNothing(question, answer ? "" : event.key);
  if (!answer) return;
  menu.value = answer.value;
  changed(menu);
}

/* Enter goes on to the next question, or to the reason that this one asks for; it never sends a half-filled
   form. */
function next(event) {
  event.preventDefault();
  goOn(event.target);
  const stops = [...form.querySelectorAll("input, select, textarea, button, a[href], summary")].filter(
    (stop) => stop.tabIndex >= 0 && !stop.disabled && stop.type !== "hidden" && stop.offsetParent,
  );
  const group = event.target.type === "radio" ? event.target.name : null;
  const index = stops.indexOf(event.target);
  const following = stops.slice(index + 1).find((stop) => stop.name !== group || !group);
  following?.focus();
  if (following?.type === "text") following.select();
}

const control = (question) =>
  question.querySelector(".choice input:checked") ||
  question.querySelector(
    ".line :is(input, select, textarea):not([type=hidden], .missing, .remove-file input)",
  );

function answered(question) {
  const box = control(question);
  const answer = ["radio", "checkbox"].includes(box.type) ? box.checked : box.value;
  return answer || reasonsOf(question)?.value;
}

/* The first question that waits for an answer, else the first question, else what opens or adds a row. */
function firstOpen() {
  const seen = (element) => element.checkVisibility() && !element.matches(":disabled");
  const questions = [...form.querySelectorAll(".q")].filter(
    (question) => seen(question) && control(question),
  );
  const complete = form.dataset.status === "complete";
  const wanted = (!complete && questions.find((question) => !answered(question))) || questions[0];
  return wanted
    ? control(wanted)
    : [...form.querySelectorAll(".add button, details.card > summary")].find(seen);
}

function focusFirst() {
  const first = firstOpen();
  if (!first || first.matches(":disabled")) return false;
  first.focus();
  if (first.type === "text") first.select();
  return true;
}

document.querySelector("[data-skip]")?.addEventListener("click", (event) => {
  if (focusFirst()) event.preventDefault();
});

form.addEventListener("click", (event) => {
  /* A second click on the chosen answer takes it back. */
  const radio = event.target.closest(".choice input[type=radio]");
  if (!radio || event.detail === 0) return;
  if (radio.dataset.was === "yes") {
    radio.checked = false;
    changed(radio);
  }
  mark(radio.closest(".q"));
});
const mark = (question) =>
  question
    ?.querySelectorAll(".choice input[type=radio]")
    .forEach((radio) => (radio.dataset.was = radio.checked ? "yes" : ""));
form.addEventListener("pointerdown", (event) => mark(event.target.closest(".q")));

export { focusFirst };
