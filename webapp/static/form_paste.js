/* A block of cells from a spreadsheet, pasted into a group of rows, becomes rows: first as a preview that
   shows which column goes where and what is not understood. Nothing of it is lost: what a question cannot
   take is listed. */
import { say } from "./base.js";
import { tell } from "./form_drafts.js";
import { fieldOf, judge, left, settle } from "./form_live.js";
import { addRow } from "./form_rows.js";
import { form } from "./form_state.js";
import { prepare } from "./form_typing.js";
import { parse, shownAs } from "./kinds.js";

const MOST_LINES = 500;
const SHOWN_LINES = 100;
let panel = null;

const element = (tag, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
};
const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/* Cells as spreadsheets copy them: tabs between cells, a cell with a tab, line end or quote inside quotes. */
function cellsOf(text) {
  const lines = [[""]];
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index];
    const line = lines.at(-1);
    if (quoted && sign === '"' && text[index + 1] === '"') line[line.length - 1] += text[(index += 1)];
    else if (quoted && sign === '"') quoted = false;
    else if (!quoted && sign === '"' && line.at(-1) === "" && closes(text, index)) quoted = true;
    else if (!quoted && sign === "\t") line.push("");
    else if (!quoted && sign === "\n") lines.push([""]);
    else line[line.length - 1] += sign;
  }
  return lines.filter((line) => line.some((cell) => cell.trim()));
}

/* Whether a quote that opens a cell has its end before a tab, a line end or the end of the text. */
const closes = (text, index) => /^"(?:[^"]|"")*"(?:[\t\n]|$)/.test(text.slice(index));

/* The rows into which somebody pastes, or null where rows cannot be added. */
function targetOf(box) {
  const group = box.closest("section.group");
  const list = group?.querySelector("[data-rows]");
  const template = list && form.querySelector(`template[data-for="${list.dataset.rows}"]`);
  return template
    ? { group, list, name: list.dataset.rows, questions: questionsIn(template, list.dataset.rows) }
    : null;
}

/* The fields that a row asks for by a box, in the order of the page. */
function questionsIn(template, group) {
  const prefix = `r-${group}-NEWROW-`;
  const inputs = [...template.content.querySelectorAll(`[name^="${prefix}"]`)].filter(
    (input) => input.type !== "hidden",
  );
  const names = [...new Set(inputs.map((input) => input.name.slice(prefix.length)))];
  return names
    .map((name) => ({ name, field: fieldOf(`r-${group}-1-${name}`) }))
    .filter((question) => question.field);
}

/* What a cell means to a field: ``text`` as the study keeps it. */
function read(cell, field) {
  const typed = cell.trim();
  if (!typed) return { known: true, text: "", shown: "" };
  const label = (entry) => entry.label.toLowerCase() === typed.toLowerCase();
  const missing = field.missing.find((entry) => entry.code === typed) || field.missing.find(label);
  const text = missing ? missing.code : settle(typed, field);
  const reason = field.missing.some((entry) => entry.code === text);
  const known = reason || parse(text, field).ok;
  return { known, reason, text, shown: known ? shownAs(text, field) : typed };
}

const plain = (text) =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

function named(cell, { name, field }) {
  const [asked, label] = [plain(cell), plain(field.label)];
  if (!asked) return 0;
  if (asked === label || asked === plain(name)) return 2;
  return Math.min(asked.length, label.length) >= 4 && (label.startsWith(asked) || asked.startsWith(label))
    ? 1
    : 0;
}

const WEIGHTS = {
  choice: 3,
  choices: 3,
  boolean: 3,
  date: 3,
  datetime: 3,
  partial_date: 2.5,
  time: 3,
  integer: 1.5,
  decimal: 1.5,
};

/* How well a column fits a question: how much of it is understood, and how near it is to its place. */
function fit(cells, question, distance) {
  const filled = cells.filter((cell) => cell.trim());
  if (!filled.length) return 0;
  const understood = filled.filter((cell) => read(cell, question.field).known).length / filled.length;
  return understood * (WEIGHTS[question.field.kind] ?? 1) - Math.abs(distance) * 0.12;
}

/* The question of each column, by the words of a heading or else by what its cells look like. */
function matched(lines, questions, first) {
  const width = Math.max(...lines.map((line) => line.length));
  const columns = [...Array(width).keys()].map((column) => lines.map((line) => line[column] || ""));
  const heads = columns.map((cells) => questions.map((question) => named(cells[0], question)));
  const hits = heads.filter((scores) => scores.some(Boolean)).length;
  const heading = lines.length > 1 && hits * 2 >= lines[0].filter((cell) => cell.trim()).length && hits > 0;
  const body = columns.map((cells) => (heading ? cells.slice(1) : cells));
  const scores = columns.flatMap((_, column) =>
    questions.map((question, to) => ({
      column,
      to,
      score: heading ? heads[column][to] : fit(body[column], question, to - first - column),
    })),
  );
  const chosen = Array(width).fill(-1);
  for (const { column, to, score } of scores.sort((a, b) => b.score - a.score)) {
    if (score > 0.3 && chosen[column] < 0 && !chosen.includes(to)) chosen[column] = to;
  }
  return { heading, chosen };
}

function isBlock(lines, box) {
  const widest = Math.max(0, ...lines.map((line) => line.length));
  if (lines.length > 1) return widest > 1 || !box.matches("textarea");
  return widest > 2;
}

function begin(event) {
  const box = event.target.nodeType === 1 ? event.target : document.activeElement;
  if (form.dataset.readonly !== undefined || !box?.closest?.("#form")) return;
  const target = targetOf(box);
  const text = (event.clipboardData?.getData("text/plain") || "").replace(/\r\n?/g, "\n");
  const lines = target ? cellsOf(text) : [];
  if (!lines.length || !isBlock(lines, box)) return;
  event.preventDefault();
  const field = box.closest(".row") && box.closest(".q")?.dataset.f;
  const first = Math.max(
    0,
    target.questions.findIndex((question) => question.name === field),
  );
  const { heading, chosen } = matched(lines.slice(0, MOST_LINES), target.questions, first);
  close();
  panel = { ...target, lines, text, heading, chosen, box, row: box.closest(".row") };
  draw();
  panel.add.focus();
}

/* The preview */

const body = () => panel.lines.slice(panel.heading ? 1 : 0);

function draw() {
  const place = element("div", { className: "pasted", id: "pasted" });
  place.setAttribute("role", "region");
  place.setAttribute("aria-labelledby", "pasted-title");
  const sum = element("p", { id: "pasted-sum" });
  const heading = element("input", { type: "checkbox", id: "pasted-heading", checked: panel.heading });
  heading.addEventListener("change", () => {
    panel.heading = heading.checked;
    show();
  });
  const columns = element("div", { className: "columns" });
  panel.chosen.forEach((_, column) => columns.append(chooser(column)));
  const wrap = element("div", { className: "table-wrap", tabIndex: 0 });
  wrap.setAttribute("role", "group");
  wrap.setAttribute("aria-label", "Preview of the rows");
  const button = (className, textContent, act) => {
    const node = element("button", { type: "button", className, textContent });
    node.addEventListener("click", act);
    return node;
  };
  const add = button("primary", "", apply);
  add.setAttribute("aria-describedby", "pasted-sum");
  const oneLine = panel.lines.length === 1 ? [button("", "Paste as one text", asText)] : [];
  place.append(
    element("h3", { id: "pasted-title", textContent: "Rows from the clipboard" }),
    sum,
    element(
      "label",
      { className: "choice" },
      heading,
      " ",
      element("span", { textContent: "The first line is a heading" }),
    ),
    columns,
    wrap,
    element("p", { className: "acts" }, add, ...oneLine, button("quiet", "Cancel", cancel)),
  );
  /* What is chosen here is no answer of the form: its keys and changes stay here. */
  for (const kind of ["input", "change", "focusout"])
    place.addEventListener(kind, (event) => event.stopPropagation());
  place.addEventListener("keydown", key);
  Object.assign(panel, { place, sum, wrap, add });
  panel.list.closest(".table-wrap, .cards").after(place);
  show();
}

function key(event) {
  event.stopPropagation();
  if (event.key === "Escape") cancel();
  if (event.key === "Enter" && !event.target.matches("button")) event.preventDefault();
}

function chooser(column) {
  const menu = element("select", { className: "box", id: `pasted-${column}` });
  menu.append(element("option", { value: "-1", textContent: "– skip –" }));
  panel.questions.forEach((question, to) =>
    menu.append(element("option", { value: String(to), textContent: question.field.label })),
  );
  menu.value = String(panel.chosen[column]);
  menu.addEventListener("change", () => {
    const to = Number(menu.value);
    /* A question takes one column. */
    panel.chosen = panel.chosen.map((old, other) => (other === column ? to : old === to ? -1 : old));
    panel.place
      .querySelectorAll(".columns select")
      .forEach((select, other) => (select.value = String(panel.chosen[other])));
    show();
  });
  const sample = element("span", { className: "quiet-text sample" });
  return element(
    "div",
    { className: "field" },
    element("label", { htmlFor: menu.id }, `Column ${column + 1} `, sample),
    menu,
  );
}

function show() {
  const lines = body();
  const room =
    Number(panel.list.dataset.max) - panel.list.querySelectorAll(".row").length + emptyRows().length;
  const taken = panel.chosen
    .map((to, column) => ({ column, question: panel.questions[to] }))
    .filter((pair) => pair.question);
  const unknown = lines.flatMap((line) =>
    taken.filter(({ column, question }) => !read(line[column] || "", question.field).known),
  );
  const outside = panel.chosen.filter(
    (to, column) => to < 0 && lines.some((line) => (line[column] || "").trim()),
  ).length;
  panel.place.querySelectorAll(".sample").forEach((sample, column) => {
    sample.textContent = lines
      .slice(0, 3)
      .map((line) => (line[column] || "").trim())
      .filter(Boolean)
      .join(", ")
      .slice(0, 60);
  });
  const words = [counted(lines.length, "row")];
  if (lines.length > room) words.push(`room for only ${room}`);
  if (unknown.length) words.push(`▲ ${counted(unknown.length, "cell")} not understood`);
  if (outside) words.push(`${counted(outside, "column")} skipped`);
  panel.sum.textContent = `${words.join(", ")}. Nothing is added until you confirm.`;
  panel.add.textContent = `Add ${counted(lines.length, "row")}`;
  panel.add.disabled = !taken.length || !lines.length || lines.length > room;
  panel.wrap.replaceChildren(preview(lines.slice(0, SHOWN_LINES), taken));
  if (lines.length > SHOWN_LINES)
    panel.wrap.append(element("p", { textContent: `${lines.length - SHOWN_LINES} more rows.` }));
}

function preview(lines, taken) {
  const head = element("tr", {}, element("th", { scope: "col", textContent: "Line" }));
  for (const { question } of taken)
    head.append(element("th", { scope: "col", textContent: question.field.label }));
  const rows = lines.map((line, number) => {
    const row = element("tr", {}, element("th", { scope: "row", textContent: String(number + 1) }));
    for (const { column, question } of taken) row.append(shownCell(line[column] || "", question.field));
    return row;
  });
  const caption = element("caption", { className: "sr", textContent: "The rows as they will be added" });
  return element(
    "table",
    { className: "preview" },
    caption,
    element("thead", {}, head),
    element("tbody", {}, ...rows),
  );
}

function shownCell(cell, field) {
  const { known, shown } = read(cell, field);
  const node = element("td", { textContent: shown });
  if (known) return node;
  node.className = "unknown";
  node.prepend(
    element("span", { textContent: "▲ ", ariaHidden: "true" }),
    element("span", { className: "sr", textContent: "Not understood: " }),
  );
  return node;
}

/* Taking it */

const inputs = (row) =>
  [...row.querySelectorAll("input, select, textarea")].filter(
    (input) => input.type !== "hidden" && !input.closest(".removal"),
  );
const isEmpty = (row) =>
  inputs(row).every((input) =>
    input.matches("[type=radio], [type=checkbox]") ? !input.checked : input.value === "",
  );

/* Rows that hold nothing, from where somebody pasted on. */
function emptyRows() {
  const rows = [...panel.list.querySelectorAll(".row")];
  const unsaved = (row) => row.querySelector("[data-remove]") !== null;
  return rows.slice(Math.max(0, rows.indexOf(panel.row))).filter((row) => unsaved(row) && isEmpty(row));
}

function apply() {
  const { name, chosen, questions, list } = panel;
  const lines = body();
  const free = emptyRows();
  const added = [];
  const rows = lines.map(() => {
    const row = free.shift() || addRow(name, null, true);
    added.push(row);
    return row;
  });
  const over = [];
  rows.forEach((row, number) => {
    chosen.forEach((to, column) => {
      const cell = lines[number][column] || "";
      if (to >= 0 && cell.trim() && !fill(row, questions[to], cell))
        over.push({ row, question: questions[to], cell: cell.trim() });
    });
  });
  close();
  settleRows(rows, over, list);
  tellDone(rows, over);
}

/* Puts a cell into its question. False where the question offers no such answer. */
function fill(row, { name, field }, cell) {
  const input = `${row.id.replace(/^row-/, "r-")}-${name}`;
  const { known, reason, text } = read(cell, field);
  left.add(input);
  const menu = row.querySelector(`[name="m:${CSS.escape(input)}"]`);
  if (reason && menu) {
    menu.value = text;
    return true;
  }
  const boxes = [...row.querySelectorAll(`[name="${CSS.escape(input)}"]`)].filter(
    (box) => box.type !== "hidden",
  );
  if (boxes[0].matches("[type=radio], [type=checkbox]")) {
    const codes = known ? text.split(";") : [];
    boxes.forEach((box) => (box.checked = codes.includes(box.value)));
    return boxes.some((box) => box.checked);
  }
  if (boxes[0].matches("select")) {
    boxes[0].value = known ? text : "";
    return boxes[0].value !== "";
  }
  boxes[0].value = known && field.kind === "choice" ? shownAs(text, field) : cell.trim();
  return true;
}

function settleRows(rows, over, list) {
  for (const row of rows) {
    prepare(row);
    const title = row.querySelector(".row-title");
    if (title) title.textContent = rowTitle(row);
  }
  judge();
  const open = new Set(over.map((entry) => entry.row));
  for (const row of rows)
    if (row.matches("details")) row.open = open.has(row) || row.querySelector(".finding") !== null;
  list.dispatchEvent(new Event("change", { bubbles: true }));
}

const rowTitle = (row) =>
  inputs(row)
    .filter(
      (input) =>
        !input.matches(".missing") &&
        (input.matches("[type=radio], [type=checkbox]") ? input.checked : input.value),
    )
    .slice(0, 4)
    .map((input) =>
      input.matches("select")
        ? input.selectedOptions[0].text
        : input.matches("[type=text], textarea")
          ? input.value
          : input.closest("label").textContent.trim(),
    )
    .join(" · ");

function tellDone(rows, over) {
  const words = `${counted(rows.length, "row")} added. Check them, then save.`;
  tell(words, "Undo", () => {
    const group = rows[0].closest("section.group");
    rows.forEach((row) => row.remove());
    group.querySelectorAll(".pasted").forEach((leftOver) => leftOver.remove());
    group.querySelector(".add button").focus();
    form.dispatchEvent(new Event("change", { bubbles: true }));
    judge();
  });
  say(words);
  if (over.length) listLeftOver(over);
  const first = over[0]?.row || rows[0];
  if (first.matches("details")) first.querySelector("summary").focus();
  else inputs(first)[0].focus();
}

/* What no question could take stays in sight until somebody has put it in by hand. */
function listLeftOver(over) {
  const items = over.map(({ row, question, cell }) => {
    const link = element("a", {
      href: `#${row.id}`,
      textContent: `Row ${row.dataset.n}, ${question.field.label}`,
    });
    return element("li", {}, link, `: “${cell}”`);
  });
  const button = element("button", { type: "button", className: "quiet", textContent: "Done" });
  const place = element(
    "div",
    { className: "pasted" },
    element("p", { textContent: "Not understood. Choose these answers yourself:" }),
    element("ul", {}, ...items),
    button,
  );
  place.setAttribute("role", "status");
  button.addEventListener("click", () => place.remove());
  over[0].row.parentElement.closest(".table-wrap, .cards").after(place);
}

function close() {
  panel?.place?.remove();
  panel = null;
}

function cancel() {
  const { box } = panel;
  close();
  box.focus();
}

/* Into the box, as if it were one text. */
function asText() {
  const { box, text } = panel;
  close();
  box.focus();
  box.setRangeText?.(text.trim(), box.selectionStart ?? 0, box.selectionEnd ?? 0, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("paste", begin);
