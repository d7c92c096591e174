/* The findings of a question as lines beneath it, like those that generator/pages/findings.py writes. A
   warning asks why the value is kept; what was answered there outlives every new verdict. */
import { reasons, state } from "./form_state.js";

/* `due`: new findings may appear here now. One that stands already goes only when it is put right. */
function paint(place, name, findings, due) {
  const message = document.getElementById(`${name}-msg`);
  if (!message) return;
  /* A text may still grow while its box has the focus, unless a key is about to leave it; a choice is made at
     once. */
  const typing =
    document.activeElement?.matches("input[type=text], textarea") && !document.activeElement.closest(".keep");
  const editing = typing && place.contains(document.activeElement) && place !== state.leavingQuestion;
  const seen = new Set([...message.querySelectorAll(".finding")].map((line) => line.dataset.code));
  const fits = findings.filter((finding) => finding.given || seen.has(finding.code) || (due && !editing));
  const mark = JSON.stringify(
    fits.map((finding) => [
      finding.code,
      finding.message,
      finding.remedy,
      finding.ends,
      finding.waits,
      finding.fullAt,
    ]),
  );
  if (message.dataset.shown === mark || (message.dataset.shown === undefined && !fits.length && !seen.size))
    return;
  message.dataset.shown = mark;
  for (const box of message.querySelectorAll(".keep input")) reasons.set(box.name, box.value);
  const again = focusIn(message);
  message.replaceChildren(...fits.flatMap((finding) => lines(name, finding)));
  again();
  for (const box of place.querySelectorAll(
    `:is([name="${name}"], [name="u:${name}"]):not([type=radio], [type=checkbox], [type=hidden])`,
  )) {
    if (fits.some((finding) => finding.severity === "error")) box.setAttribute("aria-invalid", "true");
    else box.removeAttribute("aria-invalid");
  }
}

/* A reason that is being typed goes on being typed when the lines around it are drawn anew. */
function focusIn(message) {
  const { name, selectionStart, selectionEnd } = document.activeElement;
  if (!message.contains(document.activeElement) || !name) return () => {};
  return () => {
    const box = [...message.querySelectorAll(".keep input")].find((input) => input.name === name);
    box?.focus();
    box?.setSelectionRange(selectionStart, selectionEnd);
  };
}

const MARKS = { error: ["▲", "Must be corrected"], query: ["▲", "Query"], warning: ["△", "Warning"] };
const ALERT = ["‼", "Act now"];

function lines(name, finding) {
  const home = finding.home !== false;
  const key = `k:${finding.homeName || name}:${finding.code}`;
  const reason = reasons.get(key) || "";
  if (finding.waits?.length && !reason) return [waiting(finding, home)];
  const line = document.createElement("p");
  const alerts = finding.code.endsWith("-alert");
  line.className = `finding ${finding.severity}`;
  line.classList.toggle("alert", alerts);
  line.classList.toggle("kept", reason !== "" && finding.severity === "warning");
  line.classList.toggle("again", !home);
  line.dataset.code = finding.code;
  const [shape, word] = alerts ? ALERT : MARKS[finding.severity];
  line.append(element("span", "mark", shape), element("span", "sr", `${word}: `));
  line.firstChild.setAttribute("aria-hidden", "true");
  if (finding.fullAt) {
    line.append("See ", ...links([finding.fullAt]));
    return [line];
  }
  line.append(`${finding.message} `, element("span", "remedy", finding.remedy));
  if (finding.ends?.length) line.append(" ", seeAlso(finding.ends));
  if (finding.severity !== "warning" || !home || name.startsWith("g-")) return [line];
  const keep = element("label", "keep", reason ? "Confirmed, reason: " : "Confirm value, reason: ");
  const box = Object.assign(document.createElement("input"), {
    type: "text",
    className: "box",
    name: key,
    value: reason,
  });
  box.setAttribute("aria-describedby", `${name}-msg`);
  keep.append(box);
  return [line, keep];
}

/* A finding that another form may settle, which nobody has begun: a note that asks for nothing yet. */
function waiting(finding, home) {
  const line = element("p", `finding waiting${home ? "" : " again"}`, "Waiting for: ");
  line.dataset.code = finding.code;
  line.setAttribute("role", "note");
  line.append(...links(finding.waits), `. ${finding.message}`);
  return line;
}

function seeAlso(ends) {
  const line = element("span", "ends", "See also ");
  line.append(...links(ends));
  return line;
}

const links = (leads) =>
  leads.flatMap(([words, address], index) => {
    const lead = address
      ? Object.assign(document.createElement("a"), { href: address, textContent: words })
      : words;
    return index ? [", ", lead] : [lead];
  });

function element(tag, name, text) {
  return Object.assign(document.createElement(tag), { className: name, textContent: text });
}

export { paint };
