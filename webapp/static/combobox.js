/* A menu: typing part of a label, a code or a synonym narrows it. The pattern is ARIA 1.2's editable combobox
   with a list; where no script runs the box has the browser's own list. One list serves all boxes of the
   page. */
import { say, whenDrawn } from "./base.js";
import { understand } from "./entry.js";
import { env, fieldOf, notOffered } from "./form_live.js";
import { form } from "./form_state.js";
import { parse } from "./kinds.js";

const MOST = 50;
const NONE = 9;

const list = document.createElement("ul");
Object.assign(list, { id: "options", className: "options", hidden: true });
list.setAttribute("role", "listbox");
form.append(list);

let box = null;
let shown = [];
let activeIndex = -1;

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").trim().toLowerCase();
const words = (text) => plain(text).split(/[^\p{L}\p{N}]+/u);

/* The answers of a list, gone through once for all questions that share it. */
const known = new Map();
function answersOf(id, field) {
  if (known.has(id)) return known.get(id);
  const synonyms = new Map((field?.codes || []).map((code) => [code.code, code.synonyms]));
  const answers = optionsOf(id).map(({ value, label }) => {
    const names = [value, label || value, ...(synonyms.get(value) || [])].map(plain);
    return { code: value, label: label || value, names, words: words(label) };
  });
  if (field) known.set(id, answers);
  return answers;
}

/* To a page with scripts, what stands in `noscript` is one text: thousands of answers cost it no elements. */
function optionsOf(id) {
  const holder = document.createElement("template");
  holder.innerHTML = document.querySelector(`noscript[data-list="${id}"]`).textContent;
  return [...holder.content.querySelectorAll("option")];
}

const fieldIn = (element) => fieldOf(element.name);
const codeIn = (element) => (fieldIn(element) ? understand(element.value, fieldIn(element), env) : "");

/* 0 what is meant, 1 what begins so, 2 what has a word that does, 3 what contains it. */
function rank(answer, typed, meant) {
  if (answer.code === meant || answer.names.includes(typed)) return 0;
  if (answer.names.some((name) => name.startsWith(typed))) return 1;
  if (answer.words.some((word) => word.startsWith(typed))) return 2;
  return answer.names.some((name) => name.includes(typed)) ? 3 : NONE;
}

/* The answers that the others on the page allow. */
function offeredAnswers() {
  const hidden = notOffered(box.name);
  const answers = answersOf(box.dataset.list, fieldIn(box));
  return hidden.length ? answers.filter(({ code }) => !hidden.includes(code)) : answers;
}

/* What fits, best first, and how many of the first are sure: Tab and Enter take one that stands alone. */
function fitting() {
  const answers = offeredAnswers();
  const typed = plain(box.value);
  if (!typed) return { fits: answers, sure: 0 };
  const meant = codeIn(box);
  const ranks = [[], [], [], []];
  for (const answer of answers) ranks[rank(answer, typed, meant)]?.push(answer);
  const first = ranks[0].length ? ranks[0] : ranks[1];
  return { fits: ranks.flat(), sure: first.length };
}

/* A key is drawn before the list that fits it. Whatever looks into the list before then brings it up to date.
   */
let stale = false;
const upToDate = () => stale && show();
const showSoon = whenDrawn(upToDate);

function show(all = false) {
  stale = false;
  const { fits, sure } = all ? { fits: offeredAnswers(), sure: 0 } : fitting();
  shown = fits.slice(0, MOST);
  list.replaceChildren(...shown.map(option));
  if (!fits.length) list.append(note(`Nothing in the list contains “${box.value.trim()}”.`));
  else if (fits.length > MOST)
    list.append(note(`${fits.length - MOST} more. Keep typing to narrow the list.`));
  list.setAttribute("aria-label", `Answers to ${box.labels[0]?.textContent.trim() || "the question"}`);
  list.hidden = false;
  box.setAttribute("aria-expanded", "true");
  box.removeAttribute("aria-activedescendant");
  activeIndex = -1;
  place();
  const chosen = all ? shown.findIndex((answer) => answer.code === codeIn(box)) : sure === 1 ? 0 : -1;
  if (chosen >= 0) move(chosen);
  say(
    !fits.length
      ? list.textContent
      : fits.length === 1
        ? `${fits[0].label} matches.`
        : `${fits.length} answers match.`,
  );
}

function option({ code, label }, number) {
  const option = document.createElement("li");
  option.id = `option-${number}`;
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  const small = Object.assign(document.createElement("small"), { textContent: code === label ? "" : code });
  option.append(Object.assign(document.createElement("span"), { textContent: label }), " ", small);
  return option;
}

function note(text) {
  const note = Object.assign(document.createElement("li"), { className: "none", textContent: text });
  note.setAttribute("role", "option");
  note.setAttribute("aria-disabled", "true");
  note.setAttribute("aria-selected", "false");
  return note;
}

/* Fixed to the window, so that no table around the box cuts the list off. */
function place() {
  const spot = box.getBoundingClientRect();
  const below = innerHeight - spot.bottom;
  const up = below < 200 && spot.top > below;
  list.style.minWidth = `${spot.width}px`;
  list.style.left = `${Math.max(4, Math.min(spot.left, innerWidth - list.offsetWidth - 4))}px`;
  list.style.maxHeight = `${Math.max(120, Math.min(320, (up ? spot.top : below) - 8))}px`;
  list.style.top = up ? "auto" : `${spot.bottom + 2}px`;
  list.style.bottom = up ? `${innerHeight - spot.top + 2}px` : "auto";
}

function hide() {
  stale = false;
  list.hidden = true;
  activeIndex = -1;
  box?.setAttribute("aria-expanded", "false");
  box?.removeAttribute("aria-activedescendant");
}

function move(to) {
  if (!shown.length) return;
  list.children[activeIndex]?.setAttribute("aria-selected", "false");
  activeIndex = (to + shown.length) % shown.length;
  const option = list.children[activeIndex];
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  box.setAttribute("aria-activedescendant", option.id);
}

/* The label stands in the box, unless another answer could be meant by it. */
function choose() {
  const { code, label } = shown[activeIndex];
  box.value = label;
  if (codeIn(box) !== code) box.value = code;
  hide();
  choosing = true;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  choosing = false;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}
let choosing = false;

const LOOKING = ["ArrowDown", "ArrowUp", "Enter", "Escape", "Tab"];

function key(event) {
  if (event.target !== box || event.ctrlKey || event.metaKey) return;
  if (LOOKING.includes(event.key)) upToDate();
  const shut = list.hidden;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (shut) show(!event.altKey && (box.value === "" || answered()));
    if (!event.altKey) move(event.key === "ArrowDown" ? activeIndex + 1 : Math.max(activeIndex, 0) - 1);
  } else if (event.key === "Escape" && !shut) {
    event.preventDefault();
    event.stopPropagation();
    hide();
  } else if ((event.key === "Enter" || event.key === "Tab") && !shut && activeIndex >= 0) {
    choose();
    if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
    }
  }
}

const answered = () => parse(codeIn(box), fieldIn(box) || {}).ok === true;

const MENU = "input[list^=codes-]";

/* A screen reader announces every menu as one, also before it is used. Its list is ours, not the browser's.
   */
function announce(element) {
  element.dataset.list = element.getAttribute("list");
  element.removeAttribute("list");
  element.setAttribute("role", "combobox");
  element.setAttribute("aria-expanded", "false");
}
form.querySelectorAll(MENU).forEach(announce);

/* A box becomes a menu when it is first used: a form of sixty rows has hundreds of them. */
function enhance(element) {
  if (element.matches(MENU)) announce(element);
  const properties = { "aria-autocomplete": "list", "aria-controls": list.id, autocomplete: "off" };
  for (const [name, value] of Object.entries(properties)) element.setAttribute(name, value);
}

form.addEventListener("focusin", (event) => {
  const menu = event.target.matches(MENU) || event.target.dataset.list;
  if (!menu) return;
  if (!event.target.hasAttribute("aria-controls")) enhance(event.target);
  box = event.target;
});
form.addEventListener("focusout", (event) => event.target === box && hide());
form.addEventListener("input", (event) => {
  if (event.target !== box || choosing) return;
  stale = true;
  showSoon();
});
form.addEventListener("click", (event) => {
  if (event.target !== box) return;
  upToDate();
  if (list.hidden) show(box.value === "" || answered());
  else hide();
});
form.addEventListener("keydown", key, true);
list.addEventListener("pointerdown", (event) => event.preventDefault());
list.addEventListener("click", (event) => {
  activeIndex = [...list.children].indexOf(event.target.closest("[role=option]"));
  if (shown[activeIndex]) choose();
  box.focus();
});
addEventListener("scroll", () => list.hidden || place(), { capture: true, passive: true });
addEventListener("resize", () => list.hidden || place());
