/* Lists: filter as one types, sort by column. The casebook: arrow keys move over the grid. */
import { say } from "./base.js";

function filterList(box) {
  const table = document.getElementById(box.dataset.filter);
  const rows = [...table.tBodies[0].rows];
  const apply = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      left += row.hidden ? 0 : 1;
    }
    document.getElementById("count").textContent = words.length
      ? `${left} of ${rows.length}`
      : String(rows.length);
    document.getElementById("none-left").hidden = left > 0;
    say(`${left} of ${rows.length}`);
  };
  box.addEventListener("input", apply);
  if (box.value) apply();
}

function sortable(table) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sortBy(table, column));
  });
}

function sortBy(table, column) {
  const heads = [...table.tHead.rows[0].cells];
  const down = heads[column].getAttribute("aria-sort") === "ascending";
  heads.forEach((head) => head.removeAttribute("aria-sort"));
  heads[column].setAttribute("aria-sort", down ? "descending" : "ascending");
  const key = (row) => row.cells[column].dataset.sort;
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => key(a).localeCompare(key(b), undefined, { numeric: true }) * (down ? -1 : 1));
  table.tBodies[0].append(...rows);
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/* One Tab stop for the whole grid; arrows go to the next cell that has a link. */
function arrows(table) {
  const rows = [...table.rows].map((row) => [...row.cells].map((cell) => cell.querySelector("a")));
  const links = rows.flat().filter(Boolean);
  const reach = (link) => links.forEach((other) => (other.tabIndex = other === link ? 0 : -1));
  reach(links[0]);
  table.addEventListener("focusin", (event) => links.includes(event.target) && reach(event.target));
  table.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const rowIndex = rows.findIndex((row) => row.includes(event.target));
    if (!step || rowIndex < 0) return;
    event.preventDefault();
    let [row, column] = [rowIndex + step[0], rows[rowIndex].indexOf(event.target) + step[1]];
    while (rows[row] && column >= 0 && column < rows[row].length) {
      if (rows[row][column]) {
        rows[row][column].focus();
        return;
      }
      row += step[0];
      column += step[1];
    }
  });
}

/* Rows that are still to come: asked for until every subject has its own. */
async function countOn(table) {
  for (let from = table.dataset.waiting; from;) {
    const answer = await fetch(`/subjects/standings?from=${encodeURIComponent(from)}`, {
      headers: { Accept: "application/json" },
    });
    if (!answer.ok) return;
    const reply = await answer.json();
    for (const row of [...table.tBodies[0].rows]) {
      const html = reply.rows[row.dataset.subject];
      if (html) replaceRow(row, html);
    }
    from = table.querySelector("[data-stale]") ? reply.next : "";
  }
  document.getElementById("counting").remove();
}

function replaceRow(row, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.firstElementChild;
  const focused = row.contains(document.activeElement);
  fresh.hidden = row.hidden;
  row.replaceWith(fresh);
  if (focused) fresh.querySelector("a").focus();
}

/* Casebooks that have to be evaluated again: the notice says when that is done. */
async function evaluateOn(notice) {
  for (let left = 1; left;) {
    const answer = await fetch("/subjects/evaluation", { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    ({ left } = await answer.json());
  }
  notice.firstChild.textContent = "All casebooks are evaluated. ";
  say(notice.textContent);
}

document.querySelectorAll("[data-evaluate]").forEach((notice) => evaluateOn(notice).catch(() => {}));
document.querySelectorAll("[data-waiting]").forEach((table) => countOn(table).catch(() => {}));
document.querySelectorAll("[data-filter]").forEach(filterList);
document.querySelectorAll("[data-sortable]").forEach(sortable);
document.querySelectorAll("[data-grid]").forEach(arrows);
const today = document.querySelector(".casebook thead .today");
const wrap = document.querySelector(".grid-wrap");
if (today && wrap && wrap.scrollWidth > wrap.clientWidth) {
  wrap.scrollLeft = Math.max(0, today.offsetLeft - wrap.clientWidth * 0.7);
}
