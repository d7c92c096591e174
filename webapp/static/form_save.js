/* Saving: one request each. A save that is not answered is sent again with the same id, so that it counts
   once. */
import { say, whenPaused } from "./base.js";
import { acknowledge, changes, handOver, keep, restore, typed } from "./form_drafts.js";
import { filesSaved, refuseFile } from "./form_files.js";
import { focusFirst } from "./form_keys.js";
import { countBeside, judge, serverFindings, showAll } from "./form_live.js";
import { dropRemoved, ensureRow, markSaved } from "./form_rows.js";
import { renew } from "./form_session.js";
import { box, form, state } from "./form_state.js";

const bar = document.getElementById("state");
const PAUSE = 5000;
const AGAIN = [1500, 3000, 6000, 12000, 30000];

let pending = null;
let queued = null;
let autosave = 0;

function tellState(text, bad = false) {
  bar.textContent = text;
  bar.classList.toggle("bad", bad);
}

function showChanges() {
  if (pending) return;
  const count = changes();
  if (count) tellState(`not saved, ${count} change${count === 1 ? "" : "s"}`);
}

function save(action, quietly = false) {
  if (pending) {
    if (pending.lost && !quietly) send(pending);
    else queued = { action, quietly: quietly && (queued?.quietly ?? true) };
    return;
  }
  clearTimeout(autosave);
  box("save_id").value = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`;
  state.sent = box("save_id").value;
  keep();
  const body = new FormData(form);
  body.set("action", action);
  for (const [name, value] of [...body])
    if (typeof value !== "string" && !value.name && !value.size) body.delete(name);
  const withFiles = [...body].some(([, value]) => typeof value !== "string");
  send({ action, quietly, sent: typed(), body: withFiles ? body : new URLSearchParams([...body]), tries: 0 });
}

async function send(request) {
  pending = request;
  request.lost = false;
  clearTimeout(request.timer);
  tellState("saving …");
  let answer;
  try {
    answer = await fetch(form.getAttribute("action"), {
      method: "POST",
      body: request.body,
      headers: { Accept: "application/json" },
    });
    if (answer.status >= 502) throw new Error("the server is away");
  } catch {
    return lost(request);
  }
  pending = null;
  const reply = await answer.json().catch(() => ({}));
  if (answer.ok) saved(request, reply);
  else refused(request, answer.status, reply);
  if (queued) {
    const next = queued;
    queued = null;
    if (!next.quietly || changes()) save(next.action, next.quietly);
  }
}

function lost(request) {
  const wait = AGAIN[Math.min(request.tries, AGAIN.length - 1)];
  request.tries += 1;
  request.lost = true;
  request.timer = setTimeout(() => send(request), wait);
  tellState(
    "Not saved: the server is not responding. Your text is kept in this browser. " +
      `Trying again in ${Math.round(wait / 1000)} s.`,
    true,
  );
}

function saved(request, reply) {
  if (reply.moved) {
    state.leaving = true;
    location.assign(reply.moved);
    return;
  }
  box("base_version").value = reply.version;
  form.dataset.status = reply.status;
  document.getElementById("status").innerHTML = reply.status_html;
  document.getElementById("version").innerHTML = reply.version_html;
  const date = document.getElementById("visit-date");
  date.textContent = reply.visit_date;
  date.hidden = !reply.visit_date;
  const gone = dropRemoved(request.sent);
  markSaved(reply.rows);
  acknowledge(filesSaved(request, reply).filter((pair) => !gone(pair)));
  serverFindings(reply);
  if (state.takenOver && changes() === 0) {
    /* Somebody else goes on from here: the page says so everywhere. */
    state.leaving = true;
    location.reload();
    return;
  }
  const reason = box("reason");
  if (reason) reason.value = "";
  const count = changes();
  tellState(
    count
      ? `saved ${reply.saved_at}; ${count} change${count === 1 ? "" : "s"} since`
      : `saved ${reply.saved_at}`,
  );
  showNext(reply);
  const place = document.getElementById("summary-place");
  if (!request.quietly) place.innerHTML = reply.summary_html;
  if (reply.refused) showAll();
  countBeside();
  if (request.quietly) return;
  document.getElementById("notices").replaceChildren();
  if (reply.refused) document.getElementById("summary").focus();
  else if (request.action === "complete") document.getElementById("next").focus();
  if (reply.status === "complete") form.dataset.wasComplete = "";
  askReasons();
  say(reply.refused ? "Saved as a draft. Not complete yet." : `Saved ${reply.saved_at}.`);
}

/* Which form comes next may hang on what was just answered. */
function showNext({ next_address, next_title }) {
  const next = document.getElementById("next");
  next.href = next_address;
  next.querySelector(".wide").textContent = `: ${next_title}`;
}

const whyChanged = () =>
  `This form ${form.dataset.status === "complete" ? "is" : "was"} complete. Why are you changing it?`;

/* The form is or was complete: from here on a change needs its reason. */
function askReasons() {
  if (form.dataset.wasComplete === undefined) return;
  const known = form.querySelector(".why-changed label");
  if (known) {
    known.textContent = whyChanged();
    return;
  }
  const line = document.createElement("p");
  line.className = "why-changed";
  const label = document.createElement("label");
  label.htmlFor = "reason";
  label.textContent = whyChanged();
  const why = document.createElement("input");
  Object.assign(why, { type: "text", className: "box", id: "reason", name: "reason" });
  why.setAttribute("list", "reasons");
  line.append(label, why);
  form.querySelector(".bar").before(line);
}

function refused(request, status, reply) {
  if (status === 409) {
    if (request.quietly) {
      tellState(`${reply.message} Save to compare both versions. Your changes are kept.`, true);
      return;
    }
    state.leaving = true;
    handOver();
    const action = form.querySelector("input[name=action]");
    action.disabled = false;
    action.value = request.action;
    form.submit();
    return;
  }
  if (["session", "person"].includes(reply.needs)) {
    tellState("Not saved yet: see the note above the questions. Your text is kept.", true);
    renew({ ...reply, quietly: request.quietly, again: () => save(request.action, request.quietly) });
    return;
  }
  const words = [reply.message, reply.remedy].filter(Boolean).join(" ");
  tellState(
    `Not saved. ${words || "The server rejected the save. Your text is kept in this browser."}`,
    true,
  );
  for (const file of reply.refused_files || []) refuseFile(file);
  if (reply.refused_files) judge();
  if (reply.needs === "reopening") {
    showAll();
    document.getElementById("summary-place").innerHTML = reply.summary_html;
    document.getElementById("summary")?.focus();
  }
  if (reply.needs === "reason" && !request.quietly) document.getElementById("reason")?.focus();
  if (reply.needs === "removal" && !request.quietly)
    form.querySelector(".remove :checked")?.closest(".removal").querySelector(".why input").focus();
  say(bar.textContent);
}

/* Drafts save by themselves. What was complete is changed only on purpose, with a reason. */
function autosaveLater() {
  clearTimeout(autosave);
  if (form.dataset.wasComplete !== undefined || form.dataset.readonly !== undefined) return;
  autosave = setTimeout(() => {
    const unexplained = form.querySelector(".removal:has(.remove :checked) .why input:placeholder-shown");
    if (changes() && !unexplained && !pending) save("draft", true);
  }, PAUSE);
}

/* A page for reading only has no bar, and saves nothing. */
function begin() {
  form.addEventListener("submit", (event) => {
    const mayComplete = !("draftOnly" in form.dataset);
    const usual = mayComplete && form.dataset.status === "complete" ? "complete" : "draft";
    const action = event.submitter?.matches(":not([data-usual])") ? event.submitter.value : usual;
    if (action.startsWith("add:")) return;
    event.preventDefault();
    save(action);
  });
  const changed = () => {
    showChanges();
    autosaveLater();
  };
  /* What a refused save says stays until the next save: an event that comes late must not write over it. */
  const changedUnlessRefused = () => (bar.classList.contains("bad") ? autosaveLater() : changed());
  form.addEventListener("input", whenPaused(changedUnlessRefused));
  form.addEventListener("change", changedUnlessRefused);
  document.getElementById("next")?.addEventListener("click", (event) => {
    if (!changes() || form.dataset.wasComplete !== undefined || event.ctrlKey || event.metaKey) return;
    /* The way on saves what is not saved yet; the browser's copy holds it should the save fail. */
    event.preventDefault();
    const next = event.currentTarget;
    const wait = setInterval(() => {
      if (pending && !pending.lost) return;
      clearInterval(wait);
      if (changes() === 0) location.assign(next.href);
    }, 20);
    save("draft", true);
  });

  state.save = save;
  restore(ensureRow);
  judge();
  showChanges();
  const summary = document.getElementById("summary");
  if (summary) summary.focus();
  else if (!location.hash) focusFirst();
}

if (bar) begin();
