/* On paper every answer stands as text: missing codes, menus and long texts uncut, collapsed rows open, and
   at the foot of each page whose form this is. A form without any answer prints as it is, to be filled in by
   hand. */
import { changes } from "./form_drafts.js";
import { form } from "./form_state.js";

const sheet = new CSSStyleSheet();
let opened = [];

const labelOf = (box) => box.closest("label").textContent.trim();
const asked = () =>
  [...form.querySelectorAll(".q:not(.note)")].filter((question) => !question.closest("template"));

function answerOf(question) {
  const missing = question.querySelector("select.missing");
  if (missing?.value && missing.value !== "-") return missing.selectedOptions[0].text;
  const line = question.querySelector(".line");
  const boxes = [...line.querySelectorAll("input, select, textarea")].filter(
    (box) => !box.matches("[type=hidden], [type=file], .missing") && !box.closest(".units, .remove-file"),
  );
  const unit = line.querySelector(".units input:checked");
  const words = boxes.map(textOf).filter(Boolean).join(", ");
  return words && unit ? `${words} ${labelOf(unit)}` : words;
}

function textOf(box) {
  if (box.matches("[type=radio], [type=checkbox]")) return box.checked ? labelOf(box) : "";
  if (box.matches("select")) return box.value ? box.selectedOptions[0].text : "";
  return box.value.trim();
}

function printed(text) {
  const span = document.createElement("span");
  span.className = text ? "printed" : "printed none";
  span.textContent = text || "no answer";
  return span;
}

function prepare() {
  restore();
  const answers = asked()
    .filter(
      (question) =>
        question.querySelector(".line") &&
        !question.querySelector(".line > output, .line > .kept-file:not([hidden])"),
    )
    .map((question) => [question.querySelector(".line"), answerOf(question)]);
  opened = [...form.querySelectorAll("details:not([open])")].filter(
    (details) => !details.closest("template"),
  );
  opened.forEach((details) => (details.open = true));
  sheet.replaceSync(`@page { @bottom-left { content: ${JSON.stringify(foot())}; } }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets.filter((other) => other !== sheet), sheet];
  if (!answers.some(([, text]) => text)) return;
  for (const [line, text] of answers) line.prepend(printed(text));
  for (const box of form.querySelectorAll(".keep .box"))
    if (box.value.trim()) box.after(printed(box.value.trim()));
  form.classList.add("on-paper");
}

/* Study, subject, visit and form, which version, and what of it is not saved. */
function foot() {
  const version = document.getElementById("version").textContent.trim();
  const count = changes();
  const unsaved = count ? `${count} change${count === 1 ? "" : "s"} not saved` : "";
  const who = document.querySelector("header .who")?.textContent.trim() || "";
  const now = new Date().toISOString().slice(0, 16).replace("T", " ");
  return [document.title, version || "not saved yet", unsaved, `printed by ${who}, ${now} UTC`]
    .filter(Boolean)
    .join(" · ");
}

function restore() {
  form.classList.remove("on-paper");
  for (const span of form.querySelectorAll(".printed")) span.remove();
  opened.forEach((details) => (details.open = false));
  opened = [];
}

addEventListener("beforeprint", prepare);
addEventListener("afterprint", restore);
