/* Answers of the last visit, or of the row above, as proposals: each one counts only when somebody takes it,
   and the save says where it came from. So is it with what the dictionary proposes. */
import { say } from "./base.js";
import { form } from "./form_state.js";

const earlier = form.dataset.earlier;
const TYPED = "input:not([type=hidden]):not([type=file]), select, textarea";
const proposed = JSON.parse(document.getElementById("proposals")?.textContent || "{}");
let page = null;
let shown = false;

const boxesOf = (question) =>
  [...question.querySelectorAll(TYPED)].filter((box) => box.name && !box.closest(".kept"));
const SETTLED = 300;

const isChoice = (box) => box.type === "radio" || box.type === "checkbox";

/* Whether nothing is answered: a unit that is chosen is no answer. */
function isBlank(question) {
  const name = question.id.slice(2);
  const own = boxesOf(question).filter((box) => box.name === name || box.name === `m:${name}`);
  return own.every((box) => (isChoice(box) ? !box.checked : !box.value));
}

const named = (root, box) =>
  [...root.querySelectorAll(TYPED)].find(
    (other) => other.name === box.sourceName && (!isChoice(box) || other.value === box.value),
  );

/* The boxes of a question, each with the one that it would be taken from. */
function pairs(question, root, rename) {
  return boxesOf(question)
    .map((box) => {
      box.sourceName = rename(box.name);
      return [box, named(root, box)];
    })
    .filter(([, from]) => from);
}

function words(sources) {
  return sources
    .map(([, from]) => {
      if (isChoice(from)) return from.checked ? from.closest("label")?.textContent || from.value : "";
      if (from.tagName === "SELECT") return from.value ? from.selectedOptions[0].textContent : "";
      return from.value;
    })
    .map((text) => text.trim())
    .filter(Boolean)
    .join(" ");
}

function take(question, sources, source) {
  const [first] = boxesOf(question);
  for (const [box, from] of sources) {
    if (isChoice(box)) box.checked = from.checked;
    else box.value = from.value;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const name = question.id.slice(2);
  const origin = Object.assign(document.createElement("input"), {
    type: "hidden",
    name: "copied",
    value: `${name}|${source}`,
  });
  form.append(origin);
  question.querySelector(".proposal")?.remove();
  first.focus();
  /* What is asked only now may have been answered then. */
  if (shown) setTimeout(showAll, SETTLED);
}

/* The page of the last visit, asked for once. */
async function lastVisit() {
  if (!earlier || page) return page;
  const answer = await fetch(earlier);
  if (!answer.ok) return null;
  page = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("form");
  return page;
}

const sourceOf = () => earlier.split("/").at(-2);

/* A line beneath every blank question that was answered at the last visit. */
async function showAll(button) {
  const root = await lastVisit();
  shown = true;
  let count = 0;
  for (const question of root ? form.querySelectorAll(".q") : []) {
    const isElsewhere = question.closest("template, .row") || question.hidden;
    if (isElsewhere || question.querySelector(".proposal")) continue;
    const sources = pairs(question, root, (name) => name);
    const text = words(sources);
    if (!text || !isBlank(question)) continue;
    count += 1;
    question.append(copyLine(question, sources, `${form.dataset.earlierTitle}: ${text} `));
  }
  if (!button) return;
  const answers = count === 1 ? "1 answer" : `${count} answers`;
  button.textContent = count ? `${answers} shown` : "There is nothing to copy";
  button.disabled = true;
  say(button.textContent);
}

/* A line beneath a question with the words of a proposal, and the button that takes it. */
function proposalLine(words, label, accept) {
  const line = Object.assign(document.createElement("p"), { className: "proposal quiet-text" });
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    className: "quiet",
    textContent: label,
  });
  button.addEventListener("click", accept);
  line.append(words, button);
  return { line, button };
}

function copyLine(question, sources, words) {
  const { line, button } = proposalLine(words, "Copy", () => take(question, sources, sourceOf()));
  button.tabIndex = -1;
  return line;
}

/* What the dictionary proposes for a question, if anything. In rows it is the same for each of them. */
function offerOf(question) {
  const name = question.id.slice(2);
  const row = question.closest(".row");
  return proposed[row ? name.replace(`-${row.dataset.n}-`, "-NEWROW-") : name];
}

/* The same as the boxes that it would be taken from. */
function proposedFor(question) {
  const name = question.id.slice(2);
  const offer = offerOf(question);
  if (!offer) return [];
  const own = boxesOf(question).filter((box) => box.name === name);
  return own.map((box) => [box, { checked: box.value === offer.text, value: offer.text }]);
}

function offerProposed(question) {
  const sources = proposedFor(question);
  if (!sources.length) return;
  const text = offerOf(question).shown;
  const accept = () => take(question, sources, "propose");
  const { line, button } = proposalLine(`Proposed: ${text} `, "Use", accept);
  button.setAttribute("aria-label", `Use the proposed answer ${text}`);
  question.append(line);
  /* It stands beside a blank question only: one that is answered keeps its answer. */
  const settle = () => {
    line.hidden = !isBlank(question);
  };
  for (const kind of ["input", "change"]) question.addEventListener(kind, settle);
  settle();
}

/* The same answer of the row above. */
function fromRowAbove(question, row) {
  const above = row.previousElementSibling;
  if (!above?.matches(".row")) return [];
  return pairs(question, above, (name) =>
    name.replace(`-${row.dataset.n}-`, `-${above.dataset.n}-`),
  );
}

async function copyHere(question) {
  const offered = proposedFor(question);
  if (offered.length && isBlank(question)) {
    take(question, offered, "propose");
    say(`Copied: ${offerOf(question).shown}`);
    return;
  }
  const row = question.closest(".row");
  const root = row ? null : await lastVisit();
  const atVisit = root ? pairs(question, root, (name) => name) : [];
  const sources = row ? fromRowAbove(question, row) : atVisit;
  if (!isBlank(question) || !words(sources)) {
    say(isBlank(question) ? "There is nothing to copy." : "This question is answered already.");
    return;
  }
  take(question, sources, row ? `row:${row.previousElementSibling.dataset.n}` : sourceOf());
  say(`Copied: ${words(sources)}`);
}

if (form.dataset.readonly === undefined) {
  const offerIn = (part) => part.querySelectorAll(".q").forEach(offerProposed);
  if (Object.keys(proposed).length) {
    offerIn(form);
    form.addEventListener("rowadded", (event) => offerIn(event.target));
  }
  const button = document.querySelector("[data-copy]");
  button?.addEventListener("click", () => showAll(button));
  form.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyC") return;
    const question = event.target.closest(".q");
    if (!question) return;
    event.preventDefault();
    copyHere(question);
  });
}
