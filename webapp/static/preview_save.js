/* Keeps what is typed in the preview as soon as a question is left, so that every other page has it. */
import { form, state } from "./form_state.js";

const stateLine = document.getElementById("state");
let sending = Promise.resolve();

function hold() {
  const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  body.set("action", "hold");
  sending = sending.then(() => send(body));
  return sending;
}

async function send(body) {
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, keepalive: true });
    if (!answer.ok) throw new Error(answer.statusText);
    explain((await answer.json()).why);
    stateLine.textContent = "Kept while the preview runs";
  } catch {
    stateLine.textContent = "Not kept: the preview does not answer";
  }
}

/* Why the form looks as it does now. What was open stays open, and the focus where it was. */
function explain(html) {
  const place = document.getElementById("why");
  const opened = [...place.querySelectorAll("details[open]")].map((details) => details.dataset.why);
  if (place.contains(document.activeElement)) return;
  place.innerHTML = html;
  for (const details of place.querySelectorAll("details")) {
    details.open = opened.includes(details.dataset.why);
  }
}

/* A link leads on only when the answer that was just left is kept. */
async function leave(event) {
  const link = event.target.closest("a[href]");
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || link.getAttribute("href").startsWith("#")) return;
  event.preventDefault();
  await sending;
  location.assign(link.href);
}

const submit = (action) => form.requestSubmit(form.querySelector(`.bar button[value=${action}]`));

function start() {
  form.addEventListener("change", hold);
  document.addEventListener("click", leave);
  state.save = submit;
}

export { hold, start };
