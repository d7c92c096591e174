/* Rows of a form: a number is given once and never used again. */
import { say } from "./base.js";
import { judge } from "./form_live.js";
import { form } from "./form_state.js";
import { prepare } from "./form_typing.js";

const holder = (group) => form.querySelector(`[data-rows="${group}"]`);

function addRow(group, number, unjudged = false) {
  const list = holder(group);
  const template = form.querySelector(`template[data-for="${group}"]`);
  if (!list || !template) return null;
  if (list.querySelectorAll(".row").length >= Number(list.dataset.max)) {
    say("You cannot add more rows.");
    return null;
  }
  const n = number || list.dataset.next;
  list.dataset.next = String(Math.max(Number(list.dataset.next), Number(n) + 1));
  const copy = document.createElement("template");
  copy.innerHTML = template.innerHTML.replaceAll("NEWROW", n);
  const row = copy.content.querySelector(".row");
  list.append(row);
  prepare(row);
  row.dispatchEvent(new Event("rowadded", { bubbles: true }));
  if (!unjudged) judge();
  return row;
}

/* The row of that number, made when it is not on the page. */
const ensureRow = (group, number) =>
  document.getElementById(`row-${group}-${number}`) ||
  (/^[0-9]{1,4}$/.test(number) ? addRow(group, number) : null);

const firstBox = (row) =>
  row.querySelector(
    "input:not([type=hidden]):not([type=checkbox]), select:not(.missing), textarea, input[type=checkbox]",
  );

function add(group) {
  const row = addRow(group);
  if (!row) return;
  firstBox(row).focus();
  say(`Row ${row.dataset.n} added.`);
}

function removeNew(row) {
  const near = row.previousElementSibling || row.parentElement.closest(".group").querySelector(".add button");
  const gone = row.parentElement;
  row.remove();
  say(`Row ${row.dataset.n} removed.`);
  (near.matches(".row") ? firstBox(near) : near).focus();
  gone.dispatchEvent(new Event("change", { bubbles: true }));
}

/* The server has these rows now: from here on, removing one asks why. */
function markSaved(rows) {
  for (const [group, numbers] of Object.entries(rows)) {
    for (const number of numbers) {
      const row = document.getElementById(`row-${group}-${number}`);
      row?.querySelector(".removal .remove")?.removeAttribute("hidden");
      row?.querySelector(".removal [data-remove]")?.remove();
    }
  }
}

/* Takes the rows away whose removal the server has. Returns which of the texts sent went with them. */
function dropRemoved(sent) {
  const reasons = new Map(sent);
  const prefixes = [];
  for (const box of form.querySelectorAll(".remove input:checked")) {
    if (!(reasons.get(box.name.replace("x:", "y:")) || "").trim()) continue;
    box.closest(".row").remove();
    prefixes.push(box.name.slice(2));
  }
  return ([name]) => prefixes.some((prefix) => name.replace(/^[a-z]:/, "").startsWith(prefix));
}

form.addEventListener("click", (event) => {
  const adding = event.target.closest("button[value^='add:']");
  const removing = event.target.closest("[data-remove]");
  if (!adding && !removing) return;
  event.preventDefault();
  if (adding) add(adding.value.slice(4));
  else removeNew(removing.closest(".row"));
});

form.addEventListener("change", (event) => {
  if (event.target.matches(".remove input") && event.target.checked) {
    event.target.closest(".removal").querySelector(".why input").focus();
  }
});

/* Leaving the last row of a table with Tab makes the next one, as long as something stands in it. */
form.addEventListener("keydown", (event) => {
  const row = event.target.closest("tr.row");
  if (event.key !== "Tab" || event.shiftKey || !row || row.nextElementSibling) return;
  const boxes = [...row.querySelectorAll("input, select, textarea")].filter(
    (box) => box.type !== "hidden" && box.tabIndex >= 0 && box.offsetParent && !box.closest(".removal"),
  );
  const group = row.parentElement.dataset.rows;
  const filled = boxes.some((box) =>
    box.type === "radio" || box.type === "checkbox" ? box.checked : box.value,
  );
  const last = boxes.at(-1);
  const atEnd = last === event.target || (last?.type === "radio" && last.name === event.target.name);
  if (atEnd && filled && form.querySelector(`template[data-for="${group}"]`)) {
    event.preventDefault();
    add(group);
  }
});

export { addRow, dropRemoved, ensureRow, markSaved };
