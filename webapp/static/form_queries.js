/* Queries beside their questions: a marker where there are some, and the thread in a panel that leaves what
   is typed in the form as it is. Without this script the page of queries does the same. */
import { say } from "./base.js";
import { form } from "./form_state.js";

const address = form.dataset.queries;
const readOnly = form.dataset.readonly !== undefined;

function offerQueries() {
  const given = JSON.parse(document.getElementById("query-marks").textContent);
  const marks = new Map(Object.entries(given));
  const floating = queryLink("query");
  floating.tabIndex = -1;
  let panel = null;
  let asker = null;

  const nameOf = (question) => question.id.slice(2);
  const known = (question) => question && !question.matches(".note") && !question.closest("template");
  const labelOf = (question) => question.querySelector("label, legend")?.textContent.trim() || "";

  function queryLink(words) {
    return Object.assign(document.createElement("a"), {
      className: "past-link query-link",
      textContent: words,
      title: "Queries on this question, Alt+Q",
    });
  }

  /* A marker that stays, where something was asked; where nobody can type, at every question. */
  function mark(question) {
    question.querySelector(".query-mark")?.remove();
    const [waits, all] = marks.get(nameOf(question)) || [0, 0];
    if (!all && !readOnly) return;
    const shape = waits ? "? " : all ? "✓ " : "";
    const link = queryLink(shape + (all > 1 ? `${all} queries` : "query"));
    link.classList.add("query-mark");
    link.classList.toggle("waits", waits > 0);
    link.href = address + nameOf(question);
    const where = document.createElement("span");
    where.className = "sr";
    where.textContent = `${waits ? " open" : ""} on ${labelOf(question)}`;
    link.append(where);
    (question.querySelector(".line") || question).append(link);
  }

  function offer(question) {
    if (readOnly || !known(question) || marks.has(nameOf(question))) return;
    if (floating.closest(".q") === question) return;
    floating.href = address + nameOf(question);
    question.querySelector(".line")?.append(floating);
  }

  async function open(name, label, from) {
    const again = panel?.dataset.name === name;
    close();
    if (again) return;
    asker = from;
    panel = Object.assign(document.createElement("aside"), { className: "query-panel", tabIndex: -1 });
    panel.dataset.name = name;
    panel.setAttribute("aria-label", `Queries on ${label}`);
    panel.textContent = "…";
    form.after(panel);
    const here = panel;
    const threads = await ask(address + name);
    if (here === panel) show(threads, label);
  }

  async function ask(href, options = {}) {
    try {
      const answer = await fetch(href, options);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const threads = page.getElementById("threads");
      return threads && document.adoptNode(threads);
    } catch {
      return null;
    }
  }

  function show(threads, label) {
    const heading = Object.assign(document.createElement("h2"), { textContent: `Queries on “${label}”` });
    panel.replaceChildren(heading, closer(), threads || problem());
    (panel.querySelector("textarea") || panel).focus();
  }

  function problem() {
    return Object.assign(document.createElement("p"), {
      className: "notice bad",
      textContent:
        "The server did not answer, or you are signed out. Your text was not sent. Try again.",
    });
  }

  function closer() {
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      className: "quiet",
      textContent: "Close",
    });
    const key = Object.assign(document.createElement("kbd"), { textContent: "Esc" });
    button.append(" ", key);
    button.addEventListener("click", close);
    return button;
  }

  function close() {
    if (!panel) return;
    panel.remove();
    panel = null;
    asker?.focus();
    asker = null;
  }

  /* Sends one entry. The typed text stays in its box until the server has it. */
  async function send(entry, button) {
    const body = new URLSearchParams(new FormData(entry, button));
    const here = panel;
    entry.inert = true;
    // Its buttons are named action, and hide the property of that name.
    const threads = await ask(entry.getAttribute("action"), { method: "POST", body });
    entry.inert = false;
    if (here !== panel) return;
    entry.querySelector(".notice")?.remove();
    if (!threads) {
      entry.prepend(problem());
      entry.querySelector("textarea").focus();
      return;
    }
    const label = panel.querySelector("h2").textContent.slice("Queries on “".length, -1);
    count(panel.dataset.name, threads);
    show(threads, label);
    say(panel.querySelector("[role=alert]")?.textContent || "Sent");
  }

  function count(name, threads) {
    const all = [...threads.querySelectorAll("[data-waits]")];
    const waits = all.filter((thread) => thread.dataset.waits === "1").length;
    if (all.length) marks.set(name, [waits, all.length]);
    const question = document.getElementById(`q-${name}`);
    if (known(question)) mark(question);
    if (marks.has(name) && floating.closest(".q") === question) floating.remove();
  }

  function openAt(question, from) {
    open(nameOf(question), labelOf(question), from);
  }

  for (const question of form.querySelectorAll(".q")) if (known(question)) mark(question);
  form.addEventListener("focusin", (event) => offer(event.target.closest(".q")));
  form.addEventListener("pointerover", (event) => offer(event.target.closest(".q")));

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".query-link, [data-query]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const question = link.closest(".q");
    if (question) openAt(question, link === floating ? null : link);
    else open(link.dataset.query, link.textContent, link);
  });
  document.addEventListener("submit", (event) => {
    if (!panel?.contains(event.target)) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });
  document.addEventListener(
    "keydown",
    (event) => {
      const inside = panel?.contains(document.activeElement);
      if (event.key === "Escape" && inside) {
        event.preventDefault();
        close();
      }
      if (event.key === "Enter" && event.ctrlKey && inside) {
        const entry = document.activeElement.closest("form");
        event.preventDefault();
        event.stopPropagation();
        entry?.requestSubmit(entry.querySelector("button[name=action]"));
      }
      if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyQ") return;
      event.preventDefault();
      const question = document.activeElement?.closest("#form .q");
      if (inside) close();
      else if (known(question)) openAt(question, document.activeElement);
      else open("form", document.querySelector("h1").textContent, document.activeElement);
    },
    true,
  );
}

if (address) offerQueries();
