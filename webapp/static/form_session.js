/* A session that ended is begun again on the page itself: sign in, and the save goes through. Whoever signs
   in as somebody else is told whose text this is, and chooses. */
import { say } from "./base.js";
import { keep, tell } from "./form_drafts.js";
import { box, form, state } from "./form_state.js";

let asking = null;

async function ask(method, data) {
  const answer = await fetch("/session", {
    method,
    body: data && new URLSearchParams(data),
    headers: { Accept: "application/json" },
  });
  return { ok: answer.ok, ...(await answer.json()) };
}

/* What the server needs before it takes a save: a session, or a word about whose text this is. */
async function renew(needed) {
  let session;
  try {
    session = await ask("GET");
  } catch {
    return tellAway(needed);
  }
  if (session.user) goOn(session, needed);
  else askPassword(session, needed);
}

function goOn(session, needed) {
  box("csrf_token").value = session.token;
  for (const input of document.querySelectorAll("header input[name=csrf_token]")) input.value = session.token;
  if (session.user !== box("typed_by").value) return askWhose(session, needed);
  done();
  needed.again();
}

function done() {
  if (!asking) return;
  asking.notice.remove();
  asking.from?.focus();
  asking = null;
}

function show(notice, needed, first) {
  const from = asking ? asking.from : document.activeElement;
  asking = { notice, from, needed };
  document.getElementById("notices").replaceChildren(notice);
  say(notice.querySelector("p").textContent);
  if (!needed.quietly) first.focus();
}

const element = (tag, properties, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
};

function labelled(text, properties) {
  const input = element("input", { className: "box", required: true, ...properties });
  return element(
    "div",
    { className: "field" },
    element("label", { htmlFor: input.id, textContent: text }),
    input,
  );
}

function askPassword(session, needed) {
  if (asking?.needed.quietly === false && needed.quietly) return;
  const words = element("p", {
    textContent: "Your session has expired. Your text is kept. Sign in here to save it.",
  });
  const name = labelled("Username", {
    id: "renew-user",
    value: box("typed_by").value,
    autocomplete: "username",
    autocapitalize: "none",
    spellcheck: false,
  });
  const password = labelled("Password", {
    id: "renew-password",
    type: "password",
    autocomplete: "current-password",
  });
  const code = labelled("Code of your authenticator, or a recovery code", {
    id: "renew-code",
    autocomplete: "one-time-code",
    autocapitalize: "none",
    spellcheck: false,
  });
  const refused = element("p", { className: "finding error", hidden: true });
  refused.setAttribute("role", "alert");
  const notice = element(
    "form",
    { className: "notice renew", id: "renew" },
    words,
    name,
    password,
    element("button", { className: "primary", textContent: "Sign in and save" }),
    refused,
  );
  const value = (field) => field.querySelector("input").value;
  notice.addEventListener("submit", async (event) => {
    event.preventDefault();
    const typed = notice.contains(code) ? { code: value(code) } : {};
    const data = { username: value(name), password: value(password), csrf_token: session.token, ...typed };
    const answer = await ask("POST", data).catch(() => ({
      message: "The server is not responding. Try again in a moment.",
    }));
    if (answer.ok) return goOn(answer, { ...needed, quietly: false });
    session.token = answer.token || session.token;
    refused.textContent = answer.message;
    refused.hidden = false;
    /* The second step is asked for once the password is known to be right. */
    if (answer.needs === "code" && !notice.contains(code)) password.after(code);
    const first = answer.needs === "code" ? code : password;
    first.querySelector("input").select();
  });
  show(notice, needed, password.querySelector("input"));
}

/* Somebody else is signed in now. */
function askWhose(session, needed) {
  const owner = box("typed_by").value;
  const words = element("p", {
    textContent:
      `${owner} typed what is on this page, but you are signed in as ${session.name} (${session.user}). ` +
      "It is not saved.",
  });
  const mine = element("button", {
    type: "button",
    className: "primary",
    textContent: `Save it in my name (${session.user})`,
  });
  const theirs = element("button", { type: "button", textContent: `Leave it for ${owner}` });
  mine.addEventListener("click", () => {
    box("typed_by").value = session.user;
    state.takenOver = true;
    done();
    needed.again();
  });
  theirs.addEventListener("click", () => {
    /* This browser keeps the text under its owner's name. */
    keep();
    state.leaving = true;
    location.reload();
  });
  show(element("div", { className: "notice renew", id: "renew" }, words, mine, theirs), needed, mine);
}

function tellAway(needed) {
  tell("The server is not responding. Your text is kept in this browser.", "Try again", () => renew(needed));
}

export { renew };
