/* Files: looked at as they are chosen, sent once, then shown as a link that can be removed or replaced. */
import { say } from "./base.js";
import { messageOf } from "./form_live.js";
import { form, refusedFiles } from "./form_state.js";
import { fill } from "./kinds.js";

const boxOf = (name) => document.getElementById(name);
const nameOf = (box) => box.name.slice(2);
const ending = (name) => (name.includes(".") ? name.slice(name.lastIndexOf(".") + 1).toLowerCase() : "");

function sizeWords(size) {
  if (size < 1000) return `${size} bytes`;
  return size < 999500 ? `${Math.round(size / 1000)} kB` : `${(size / 1e6).toFixed(1).replace(".0", "")} MB`;
}

/* Why a file would not be taken, said before it is sent. The server judges it again. */
function fault(box, file) {
  const endings = box.accept ? box.accept.split(",").map((suffix) => suffix.slice(1)) : [];
  if (file.size === 0) return ["upload-empty", {}];
  if (file.size > Number(box.dataset.largest)) return ["upload-too-large", { most: box.dataset.most }];
  if (endings.length && !endings.includes(ending(file.name)))
    return ["upload-ending", { endings: endings.join(", ") }];
  return null;
}

function chosen(box) {
  const name = nameOf(box);
  const file = box.files[0];
  refusedFiles.delete(name);
  const problem = file && fault(box, file);
  const entry = problem && messageOf(problem[0]);
  if (entry) {
    const words = { ...problem[1], value: file.name };
    refuse({
      target: name,
      code: problem[0],
      severity: entry.severity,
      message: fill(entry.message, words),
      remedy: fill(entry.remedy, words),
    });
  }
  tellChosen(box);
}

/* A file that is not taken leaves its input at once, so that it is not sent again and again. */
function refuse(finding) {
  refusedFiles.set(finding.target, finding);
  boxOf(finding.target).value = "";
  say(`${finding.message}. ${finding.remedy}.`);
}

function tellChosen(box) {
  const kept = box.closest(".line").querySelector(".kept-file:not([hidden])");
  const file = box.files[0];
  const what = kept ? "replaces the file above when saved" : "not saved yet";
  document.getElementById(`${nameOf(box)}-echo`).textContent = file ? `${sizeWords(file.size)}, ${what}` : "";
}

form.addEventListener(
  "change",
  (event) => {
    const box = event.target;
    if (box.type === "file") chosen(box);
    const menu = box.matches("select.missing") && box.value;
    const other = menu && box.closest(".line").querySelector("input[type=file]");
    if (other?.value) {
      other.value = "";
      tellChosen(other);
    }
  },
  true,
);

/* What the server made of the files that it was sent. Gives what was sent as the page holds it from now on.
   */
function filesSaved(request, answer) {
  const dropped = new Set(request.sent.filter(([name]) => name === "drop").map(([, name]) => name));
  const now = new Map();
  for (const kept of form.querySelectorAll("input[data-file]")) {
    const file = answer.files?.[kept.name] || { text: "", html: "" };
    now.set(kept.name, file.text);
    kept.value = file.text;
    settle(boxOf(kept.name), file, request, dropped);
  }
  (answer.refused_files || []).forEach(refuse);
  return request.sent.flatMap(([name, text]) => {
    if (name === "drop" && now.has(text)) return [];
    return [[name, now.has(name) ? now.get(name) : text]];
  });
}

function settle(box, file, request, dropped) {
  const line = box.closest(".line").querySelector(".kept-file");
  const sent = request.body.get(box.name);
  line.hidden = file.text === "";
  if (line.dataset.text !== file.text) line.querySelector(".file").innerHTML = file.html;
  line.dataset.text = file.text;
  if (dropped.has(nameOf(box))) line.querySelector("input").checked = false;
  if (box.files[0] && sent === box.files[0]) box.value = "";
  tellChosen(box);
}

export { filesSaved, refuse as refuseFile };
