/* What is typed or chosen on a page that is no form of the study, such as a decision between two entries: it
   stays in this browser, for the person who typed it, until the server has it. */
const SOON = 120;
const PAGE = new URLSearchParams(location.search).get("page") || "1";

const keyOf = (user, path) => `crfsmith:${user}:${path}`;

/* What people can type or choose in a form. */
const isQuestion = ({ name, type, tagName }) => name && type !== "hidden" && tagName !== "BUTTON";
const questions = (form) => [...form.elements].filter(isQuestion);

const isTicked = (element) => element.type === "radio" || element.type === "checkbox";

/* Names and texts as they stand on the page, or as the server wrote it. */
const typed = (form) =>
  questions(form)
    .filter((element) => !isTicked(element) || element.checked)
    .map((element) => [element.name, element.value]);

const written = (form) =>
  questions(form)
    .filter((element) => !isTicked(element) || element.defaultChecked)
    .map((element) => [element.name, writtenText(element)]);

function writtenText(element) {
  if (isTicked(element)) return element.value;
  if (element.tagName !== "SELECT") return element.defaultValue;
  return ([...element.options].find((option) => option.defaultSelected) || element.options[0])?.value;
}

const same = (some, others) => JSON.stringify(some) === JSON.stringify(others);

/* Texts that are not on the page any more, as of a line without a difference, are left out. */
function put(form, pairs) {
  for (const element of questions(form)) {
    const texts = pairs.filter(([name]) => name === element.name).map(([, text]) => text);
    if (isTicked(element)) element.checked = texts.includes(element.value);
    else if (texts.length) element.value = texts[0];
  }
}

function keepTyping(form) {
  const { user, base = "" } = form.dataset;
  const key = keyOf(user, `${location.pathname}#${form.id}:${PAGE}`);
  const isRefused = form.dataset.unsaved !== undefined;

  function keep(sent = false) {
    try {
      if (!isRefused && same(typed(form), written(form))) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify({ base, sent, typed: typed(form) }));
    } catch {
      /* A full or forbidden store must not stop anybody from typing. */
    }
  }

  function restore() {
    const copy = JSON.parse(localStorage.getItem(key) || "null");
    if (!copy) return;
    /* It was sent, and the page is another one since: the server has it. */
    if (copy.sent && copy.base !== base) return localStorage.removeItem(key);
    put(form, copy.typed);
    if (same(typed(form), written(form))) return localStorage.removeItem(key);
    tell(form, copy.base === base ? "" : " The page has changed since. Look at every line again.", () => {
      localStorage.removeItem(key);
      form.reset();
    });
  }

  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, SOON);
  };
  try {
    if (isRefused) keep();
    else restore();
  } catch {
    /* What this browser kept cannot be read: the page is as the server wrote it. */
  }
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    keep(true);
  });
}

/* A line above the form, with something to do about it. */
function tell(form, since, discard) {
  const notice = document.createElement("div");
  notice.className = "notice";
  notice.setAttribute("role", "status");
  const words = document.createElement("span");
  const lost = "What you typed or chose here did not reach the server.";
  words.textContent = `${lost} It is back on the page.${since} `;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Discard it";
  button.addEventListener("click", () => {
    notice.remove();
    discard();
  });
  notice.append(words, button);
  form.before(notice);
}

/* What the server has is not kept any more, here or by the page of a form. */
function forget({ user, keptDone }) {
  for (const path of keptDone.split(" ")) {
    const done = keyOf(user, path);
    const isDone = (key) => key === done || key.startsWith(`${done}#`);
    for (const key of Object.keys(localStorage).filter(isDone)) localStorage.removeItem(key);
  }
}

for (const part of document.querySelectorAll("[data-kept-done]")) {
  try {
    forget(part.dataset);
  } catch {
    /* Nothing was kept where nothing may be. */
  }
}
for (const form of document.querySelectorAll("form[data-kept]")) keepTyping(form);
