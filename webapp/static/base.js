/* Keys of every page. No key is taken from a box that takes text. */
document.documentElement.classList.add("js");

const typing = (element) =>
  element.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]") !==
  null;

let waitingForGo = 0;

function keys(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target))
    return;
  if (event.target.closest("#form .q") && !"?/".includes(event.key)) return;
  const list = Date.now() - waitingForGo < 1000 && LISTS[event.key];
  waitingForGo = event.key === "g" ? Date.now() : 0;
  const act = list ? () => goTo(list) : ACTIONS[event.key];
  if (act && act() !== false) event.preventDefault();
}

const LISTS = { h: "/home", s: "/subjects", q: "/queries" };

function goTo(address) {
  const link = document.querySelector(`.top nav a[href="${address}"]`);
  if (link) location.assign(link.href);
  return link !== null;
}

const ACTIONS = {
  "/": () => {
    const box = document.getElementById("search");
    if (!box) return false;
    box.focus();
    box.select();
    return true;
  },
  "?": () => document.getElementById("keys").showModal(),
  n: () => {
    const link = document.querySelector("[data-new]");
    if (!link) return nextWork();
    link.click();
    return true;
  },
};

/* The next line of a list of things to do; behind the last one the first. */
function nextWork() {
  const links = [...document.querySelectorAll("[data-work]")];
  const next = links[(links.indexOf(document.activeElement) + 1) % links.length];
  next?.focus();
  return next !== undefined;
}

/* Says something to a screen reader without moving the focus. */
function say(text) {
  const live = document.getElementById("say");
  live.textContent = "";
  requestAnimationFrame(() => (live.textContent = text));
}

const PAUSE = 90;
const LONGEST = 600;

/* Does something once keys pause, after the frame that shows them; at the latest after LONGEST milliseconds.
   */
function whenPaused(act) {
  let waiting = 0;
  let since = 0;
  return () => {
    since = waiting ? since : Date.now();
    clearTimeout(waiting);
    waiting = setTimeout(
      () => {
        waiting = 0;
        act();
      },
      Math.max(0, Math.min(PAUSE, since + LONGEST - Date.now())),
    );
  };
}

/* Does something right after the frame that shows the key, once for all keys of that frame. */
function whenDrawn(act) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() =>
      setTimeout(() => {
        waiting = false;
        act();
      }),
    );
  };
}

/* Nothing moves away from under a pointer between its press and its release: the click would miss what it
   aimed at. */
let pressed = false;
let waiting = [];
function whenReleased(act) {
  if (pressed) waiting.push(act);
  else act();
}
function release() {
  pressed = false;
  const due = waiting;
  waiting = [];
  due.forEach((act) => act());
}
addEventListener("pointerdown", () => (pressed = true), true);
for (const end of ["pointerup", "pointercancel", "keydown"])
  addEventListener(end, () => pressed && setTimeout(release), true);

document.addEventListener("DOMContentLoaded", () => {
  document.addEventListener("keydown", keys);
  document.querySelector("[data-keys]")?.addEventListener("click", () => ACTIONS["?"]());
});

export { say, whenDrawn, whenPaused, whenReleased };
