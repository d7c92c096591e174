/* Follows the dictionary's folder: when a file is saved the page loads anew, with what was typed still in it.
   */
const EVERY = 700;
const place = `crfsmith-preview:${location.pathname}`;

/* `keep` holds what is typed before the page goes; `bringBack` puts it back, told whether the page was loaded
   anew. */
function follow({ keep = () => {}, bringBack = () => {} } = {}) {
  const shown = document.body.dataset.version;
  const stopped = document.getElementById("stopped");

  async function look() {
    if (document.hidden) return;
    try {
      const answer = await fetch("/version", { headers: { Accept: "application/json" } });
      const { version } = await answer.json();
      stopped.hidden = true;
      if (version !== shown) loadAnew();
    } catch {
      stopped.hidden = false;
    }
  }

  function loadAnew() {
    clearInterval(looking);
    keep();
    sessionStorage.setItem(place, String(scrollY));
    /* Not reload(): after a post the browser would ask whether to send it again. */
    location.replace(location.pathname + location.search);
  }

  function takeUp() {
    const scrolled = sessionStorage.getItem(place);
    sessionStorage.removeItem(place);
    bringBack(scrolled !== null);
    if (scrolled !== null) scrollTo(0, Number(scrolled));
  }

  const looking = setInterval(look, EVERY);
  addEventListener("load", takeUp);
  document.addEventListener("visibilitychange", look);
  const switches = document.getElementById("switches");
  switches?.addEventListener("change", () => switches.submit());
}

export { follow };
