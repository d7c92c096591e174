// Follows the dictionary's folder: when a file is saved the page loads anew, with what was typed still in it.
(() => {
  "use strict";
  document.documentElement.classList.add("js");
  const shown = document.body.dataset.version;
  const stopped = document.getElementById("stopped");
  const form = document.getElementById("form");
  const place = "crfsmith-preview:" + location.pathname;
  const EVERY = 700;

  const switches = document.getElementById("switches");
  if (switches) switches.addEventListener("change", () => switches.submit());

  // form_drafts.js holds what is typed; nothing of it outlives the page, except when we load it anew ourselves.
  const page = globalThis.crfpage;
  if (form && page) page.leaving = true;

  function keep() {
    if (form && page) page.keep();
    sessionStorage.setItem(place, String(scrollY));
  }

  function bringBack() {
    const at = sessionStorage.getItem(place);
    sessionStorage.removeItem(place);
    if (form && page?.restore) {
      if (at === null) localStorage.removeItem(`crfsmith:preview:${location.pathname}`);
      page.restore();
      document.getElementById("notices").replaceChildren();
      page.judge?.();
    }
    if (at !== null) scrollTo(0, Number(at));
  }

  async function look() {
    if (document.hidden) return;
    try {
      const answer = await fetch("/version", { headers: { Accept: "application/json" } });
      const { version } = await answer.json();
      stopped.hidden = true;
      if (version !== shown) {
        clearInterval(looking);
        keep();
        // Not reload(): after a post the browser would ask whether to send it again.
        location.replace(location.pathname + location.search);
      }
    } catch {
      stopped.hidden = false;
    }
  }

  const looking = setInterval(look, EVERY);
  addEventListener("load", bringBack);
  document.addEventListener("visibilitychange", look);
})();
