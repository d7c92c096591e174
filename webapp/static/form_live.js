/* The verdict on the page while one types: questions come and go, values are calculated, findings appear
   beside their fields when these are left. The verdict is judge.js's, the same as the server's.
   form_findings.js draws the findings; what happens inside a question is form_typing.js's, which begins. */
import { whenPaused, whenReleased } from "./base.js";
import { understand } from "./entry.js";
import { keepSoon } from "./form_drafts.js";
import { paint } from "./form_findings.js";
import { form, reasons, refusedFiles } from "./form_state.js";
import { judge as judgeForm, slotWords } from "./judge.js";
import { fill, isoDay, parse, shownAs, write } from "./kinds.js";
import { evaluate, roundNumber } from "./rules.js";

const env = { today: form.dataset.today, dateOrder: form.dataset.dateOrder || null };
const left = new Set();
const given = JSON.parse(document.getElementById("env").textContent);
const initial = JSON.parse(document.getElementById("said")?.textContent || "{}");
let spec = null;
let all = form.dataset.status === "complete";
let page = null;
/* What the server alone can tell: rules of other forms, and what cannot be told yet. */
let fromServer = initial.findings || [];
let ends = initial.ends || {};
let toCome = initial.toCome || [];

const byId = (id) => document.getElementById(id);
const question = (name) => byId(`q-${name}`);
const nameOf = (question) => question.id.slice(2);

/* Names of inputs: f-<field> of the form itself, r-<group>-<row>-<field> in a row. */
function cellOf(name) {
  const parts = name.split("-");
  if (parts[0] === "f") return { table: form.dataset.form, row: null, field: parts[1] };
  return { table: parts[1], row: Number(parts[2]), field: parts[3] };
}
const nameFor = (table, row, field) =>
  row === null || row === undefined ? `f-${field}` : `r-${table}-${row}-${field}`;

let fields = new Map();
const fieldOf = (name) => {
  const { table, field } = cellOf(name);
  return fields.get(`${table} ${field}`) ?? null;
};

/* The texts of one name, as the server would read them. */
function textOf(name, values) {
  const field = fieldOf(name);
  if (!field) return values[0] || "";
  const typed = field.kind === "choices" ? values.filter(Boolean).join(";") : values[0] || "";
  return typed === "" ? "" : settle(typed, field);
}

function settle(typed, field) {
  const text = understand(typed, field, env);
  const known = text === "" || field.missing.some((reason) => reason.code === text) || parse(text, field).ok;
  return known ? text : typed;
}

/* A file that is chosen has no text before the server has seen it; this one is judged alike. */
const UNSENT = "files/0000000000000000/";
const removedFiles = () =>
  [...form.querySelectorAll(".remove-file input:checked")]
    .map((box) => box.value)
    .filter((name) => !byId(name).files.length);

/* FormData passes over what is disabled; on a page for reading only the answers count all the same. */
const reading = form.querySelector("fieldset.whole") || {};
const answers = () => [(reading.disabled = false), new FormData(form), (reading.disabled = true)][1];

function record() {
  const result = { texts: {}, rows: {}, kept: [] };
  const rows = new Map();
  const pairs = new Map();
  for (const [name, text] of answers()) {
    if (typeof text !== "string") {
      if (text.name) pairs.set(name.slice(2), [`${UNSENT}${text.name}`]);
      continue;
    }
    if (name.startsWith("rows:")) {
      const row = { number: Number(text), texts: {} };
      (result.rows[name.slice(5)] ||= []).push(row);
      rows.set(`${name.slice(5)}-${text}`, row.texts);
    } else if (name.startsWith("k:")) reasons.set(name, text);
    else pairs.set(name, [...(pairs.get(name) || []), text]);
  }
  for (const name of removedFiles()) pairs.delete(name);
  for (const [name, values] of pairs) {
    const cell = name.replace(/^m:/, "");
    if (!/^(f|r)-/.test(cell)) continue;
    const { table, row, field } = cellOf(cell);
    const texts = row === null ? result.texts : rows.get(`${table}-${row}`);
    if (!texts) continue;
    const text = name.startsWith("m:") ? values[0].replace(/^-$/, "") : textOf(name, values);
    if (text && !texts[field]) texts[field] = text;
  }
  return result;
}

/* Judges the whole form and puts the verdict on the page. */
function judge() {
  if (!spec) return;
  const verdict = judgeForm(spec, record(), { ...given, completing: all, toCome });
  page = { ...given, cell: verdict.cell, rows: () => [] };
  for (const cell of verdict.cells) showCell(cell);
  for (const note of spec.notes) showNote(note);
  for (const text of spec.texts) showText(text);
  showGroups();
  showFindings(verdict.findings);
}

/* While keys follow each other, each is drawn at once and the form is judged when they pause. */
const judgeSoon = whenPaused(() => whenReleased(judge));

function showCell(cell) {
  const name = nameFor(cell.table, cell.row, cell.field);
  const place = question(name);
  if (!place) return;
  const calculated = place.querySelector("output.calculated");
  const answered = !calculated && cell.text !== "";
  place.hidden = cell.shown !== true && !answered;
  if (!place.hidden && place.dataset.start !== undefined) start(place, name);
  const moot = cell.shown === false && answered;
  if (moot !== place.hasAttribute("data-moot")) showMoot(place, moot);
  if (calculated) showCalculated(calculated, cell, name);
  showOffered(place, cell, name);
  const reference = byId(`${name}-reference`);
  if (reference) reference.textContent = cell.reference ? `reference ${cell.reference}` : "";
  const optional = place.querySelector(".optional");
  if (optional && typeof fieldOf(name)?.required === "object") optional.hidden = cell.required === true;
}

/* The buttons of answers that are offered. One that is chosen stays: its finding says why it is wrong. */
const offered = new Map();
function showOffered(place, cell, name) {
  offered.set(name, cell.notOffered);
  const codes = fieldOf(name)?.offeredWhen;
  if (!codes || !Object.keys(codes).length) return;
  for (const box of place.querySelectorAll(".choices input"))
    if (box.value in codes) box.closest("label").hidden = cell.notOffered.includes(box.value) && !box.checked;
}
const notOffered = (name) => offered.get(name) || [];

/* The places of a name: once on the form, or in each of its rows. */
function placesOf({ table, inRows }) {
  if (!inRows) return [{ row: null, holder: form }];
  const rows = [...form.querySelectorAll(`[data-rows="${table}"] .row`)];
  return rows.map((holder) => ({ row: Number(holder.dataset.n), holder }));
}

function showNote(note) {
  for (const { row } of placesOf(note)) {
    const place = question(nameFor(note.table, row, note.name));
    if (place) place.hidden = !note.conditions.every((rule) => evaluate(rule, [{ row }], page) === true);
  }
}

/* The answers that stand in a label, a title or a help. */
function showText({ name, key, slots, ...where }) {
  for (const { row, holder } of placesOf(where)) {
    slots.forEach((slot, index) => {
      const words = slotWords(slot, row, page);
      for (const place of holder.querySelectorAll(`[data-piped="${name} ${key} ${index}"]`)) {
        if (row === null && place.closest(".row")) continue;
        if (place.textContent !== words) place.textContent = words;
      }
    });
  }
}

/* A question of a new form that comes to be asked starts with its default, once, and only where it is blank.
   */
function start(place, name) {
  const text = place.dataset.start;
  delete place.dataset.start;
  if (valueIn(place) !== "") return;
  const codes = text.split(";");
  for (const element of form.elements) {
    if (element.name !== name) continue;
    if (element.type === "radio" || element.type === "checkbox")
      element.checked = codes.includes(element.value);
    else element.value = text;
  }
  const words = place.querySelector("output.reading");
  if (words) words.textContent = shownAs(text, fieldOf(name));
  keepSoon();
  judgeSoon();
}

function showMoot(place, moot) {
  place.toggleAttribute("data-moot", moot);
  const box = place.querySelector(".moot-note input");
  if (box && !moot) box.checked = false;
}

function showCalculated(output, cell, name) {
  const text = cell.text === "" ? "" : shownAs(cell.text, fieldOf(name));
  if (output.textContent !== text) output.textContent = text;
  const { how, needs } = workedOut(cell);
  const reads = spec.reads[`${cell.table} ${cell.field}`] || [];
  const words = needs.length ? needs : reads.filter((read) => lacks(cell, read)).map(([, , label]) => label);
  const counted = ["integer", "decimal"].includes(fieldOf(name).kind);
  const echo = text
    ? counted && how && how !== text && `= ${how}`
    : words.length && `needs ${words.join(", ")}`;
  byId(`${name}-echo`).textContent = echo || "";
}

/* The formula with its values put in, or the labels of what is missing. See
   generator/pages/formula_display.py. */
function workedOut(cell) {
  const needs = new Set();
  const run = (rule) => evaluate(rule, [{ row: cell.row }], page);
  const say = (parts) =>
    parts.map((part) => (typeof part === "string" ? part : part.rule ? slot(part) : branch(part))).join("");
  const branch = ({ branches, otherwise }) => {
    const values = branches.map((option) => run(option.when));
    const index = values.findIndex((value) => value !== false);
    return index >= 0 && values[index] === null ? "" : say(index < 0 ? otherwise : branches[index].parts);
  };
  const slot = (part) => {
    const value = run(part.rule);
    if (value === null) needs.add(part.label);
    return value === null ? "" : valueWords(part, value, cell.row);
  };
  const how = say(spec.worked[`${cell.table} ${cell.field}`] || []);
  return { how: needs.size || how.length > 140 ? "" : how, needs: [...needs] };
}

function valueWords(part, value, row) {
  if (part.cell && fields.has(part.cell.join(" "))) {
    const [table, name] = part.cell;
    return shownAs(page.cell(table, isRows(table) ? row : null, name).text, fields.get(`${table} ${name}`));
  }
  if (part.as === "NUMBER") return write(roundNumber(value, 4000000000n), { kind: "decimal" });
  if (part.as === "DATE")
    return [...new Set(value)].map((day) => shownAs(isoDay(day), { kind: "date", missing: [] })).join(" to ");
  return part.labels?.[value] ?? String(value);
}

const lacks = (cell, [table, field]) => {
  const place = question(nameFor(table, table === cell.table ? cell.row : null, field));
  return place && !place.hidden && valueIn(place) === "";
};

function valueIn(place) {
  const name = nameOf(place);
  const values = answers().getAll(name);
  return values.length ? textOf(name, values) : place.querySelector("output")?.textContent || "";
}

function showGroups() {
  for (const section of form.querySelectorAll(".group")) {
    const asked = [...section.querySelectorAll(".q")].filter((place) => !place.closest("template"));
    const open = asked.filter((place) => !place.hidden);
    if (section.querySelector("[data-rows]")) {
      const group = spec.groups.find((entry) => entry.name === section.id.slice(2));
      section.hidden = group.shown !== null && !shownGroup(group, section);
    } else section.hidden = asked.length > 0 && open.length === 0;
  }
}

/* A table whose rows are all hidden and empty is not there; one without rows is, when its group is shown. */
function shownGroup(group, section) {
  const asked = [...section.querySelectorAll("[data-rows] .q")];
  if (asked.length) return asked.some((place) => !place.hidden);
  return evaluate(group.shown, [{ row: null }], page) === true;
}

const isRows = (table) => spec.groups.some((group) => group.rows && group.table === table);
const spotOf = ({ table, row = null, field }) =>
  !field || (isRows(table) && row === null) ? `g-${table}` : nameFor(table, row, field);

/* A finding at each field of this page that it hangs on, with the way to the others. */
function spots(finding) {
  const places = new Map([finding, ...(finding.also || [])].map((place) => [spotOf(place), place]));
  const home = spotOf(finding);
  return [...places.keys()].map((name) => {
    const others = [...places]
      .filter(([other]) => other !== name)
      .map(([other, place]) => [labelOf(place), `#${other}`]);
    const fullAt = name === home ? null : [labelOf(finding), `#${home}`];
    return [
      name,
      {
        ...finding,
        home: name === home,
        homeName: home,
        fullAt,
        ends: [...others, ...(ends[finding.rule] || [])],
      },
    ];
  });
}

function labelOf({ table, row, field }) {
  const label = fields.get(`${table} ${field}`)?.label || spec.title;
  return row === null || row === undefined ? label : `${label}, row ${row}`;
}

/* Findings: beside the field once it was left, in the index by section, and counted. */
function showFindings(findings) {
  const wanted = new Map();
  const add = (name, finding) => wanted.set(name, [...(wanted.get(name) || []), finding]);
  for (const finding of findings) spots(finding).forEach(([name, spot]) => add(name, spot));
  for (const [name, finding] of retiredAnswers()) add(name, finding);
  for (const finding of fromServer) {
    if (!(wanted.get(finding.target) || []).some((known) => known.code === finding.code))
      add(finding.target, { ...finding, given: true });
  }
  for (const [name, finding] of refusedFiles) add(name, { ...finding, given: true });
  for (const place of form.querySelectorAll(".q")) {
    if (place.closest("template")) continue;
    const name = nameOf(place);
    paint(place, name, wanted.get(name) || [], all || left.has(name));
  }
  for (const section of form.querySelectorAll(".group.repeats")) {
    const here = wanted.get(section.id) || [];
    if (all || here.some((finding) => finding.given))
      paint(section, section.id, here, all || left.has(section.id));
  }
  countByGroup();
}

/* Answers that the dictionary has retired, typed or chosen anew: as webapp/forms/retired_answers.py refuses
   them. */
function retiredAnswers() {
  const refused = [];
  for (const field of fields.values()) {
    if (!field.retired.length) continue;
    for (const { row } of placesOf({ table: field.table, inRows: isRows(field.table) })) {
      const name = nameFor(field.table, row, field.name);
      const { text } = page.cell(field.table, row, field.name);
      const anew = (code) => field.retired.includes(code) && !given.mayStay?.[name]?.includes(code);
      for (const code of text.split(";").filter(anew)) {
        const { message, ...words } = messageOf("choice-retired");
        const choice = field.codes.find((entry) => entry.code === code)?.label ?? code;
        const filled = fill(message, { choice, label: field.label });
        refused.push([name, { code: "choice-retired", ...words, message: filled }]);
      }
    }
  }
  return refused;
}

/* What was saved is what may stay: an answer that was changed away is gone for good. */
function keepOnlySaved() {
  for (const [name, codes] of Object.entries(given.mayStay || {})) {
    const place = question(name);
    const now = place ? valueIn(place).split(";") : [];
    given.mayStay[name] = codes.filter((code) => now.includes(code));
  }
}

function countByGroup() {
  for (const place of document.querySelectorAll("[data-count]")) {
    const section = byId(`g-${place.dataset.count}`);
    const count = [...section.querySelectorAll(".finding:not(.kept, .again, .waiting)")].filter(
      (line) => !line.closest("template"),
    ).length;
    const text = count ? `▲ ${count}` : "";
    if (place.textContent !== text) place.textContent = text;
    place.closest("li").hidden = section.hidden;
  }
}

/* The spec of a form changes only with the dictionary, so the browser keeps it. */
async function fetchSpec() {
  const answer = await fetch(form.dataset.spec);
  spec = await answer.json();
  const coded = [
    ...spec.groups.flatMap((group) => group.fields),
    ...spec.texts.flatMap((text) => text.slots.map((slot) => slot.field)),
  ];
  for (const field of coded) if (field) field.codes = spec.codelists[field.codes];
  fields = new Map(
    spec.groups.flatMap((group) => group.fields).map((field) => [`${field.table} ${field.name}`, field]),
  );
}

/* The visit's other forms with their findings as of now, which a save here may have changed. */
async function readStatuses() {
  const beside = document.querySelector("[data-standing]");
  if (!beside) return;
  const answer = await fetch(beside.dataset.standing, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const statuses = await answer.json();
  for (const link of beside.querySelectorAll("a")) {
    const current = statuses[link.getAttribute("href")];
    const status = link.querySelector(".status");
    if (!current) continue;
    status.className = `status s-${current.name}`;
    status.innerHTML = current.html;
  }
}

const countBeside = () => readStatuses().catch(() => {});

const conversion = (field, unit) => spec.convert[`${field.table} ${field.name}`]?.[unit];
const messageOf = (code) => spec?.messages[code];

/* What the server said of an answer does not stand once it is typed anew. */
function typedAnew(name) {
  const { table, field } = cellOf(name);
  fromServer = fromServer.filter((finding) => !finding.reads.includes(`${table} ${field}`));
}

/* What the server found at the last save. */
function serverFindings(answer) {
  fromServer = answer.findings;
  keepOnlySaved();
  ends = answer.ends;
  toCome = answer.toCome;
  whenReleased(judge);
}

/* From now on findings show at questions that nobody has left yet, too. */
function showAll() {
  all = true;
  judge();
}

if (document.querySelector("[data-uncounted]")) countBeside();

export {
  conversion,
  countBeside,
  env,
  fetchSpec,
  fieldOf,
  given,
  judge,
  judgeSoon,
  left,
  messageOf,
  nameOf,
  notOffered,
  serverFindings,
  settle,
  showAll,
  typedAnew,
};
