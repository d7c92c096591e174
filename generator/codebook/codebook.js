// Search as one types. Without this script the page is whole, and the browser's own search does the work.
(() => {
  "use strict";
  const box = document.getElementById("query");
  const summary = document.getElementById("found");
  const nothing = document.getElementById("nothing");
  const parts = [...document.querySelectorAll("main .part")];
  const plain = (text) => text.toLowerCase().replace(/\s+/g, " ");
  const entries = [...document.querySelectorAll("[data-entry]")].map((row) => ({
    row,
    text: plain(row.textContent + " " + (row.closest("[data-words]")?.dataset.words ?? "")),
  }));

  if (window.CSS?.highlights) {
    const colour = new CSSStyleSheet();
    colour.replaceSync("::highlight(found) { background: var(--found); }");
    document.adoptedStyleSheets.push(colour);
  }

  function paint(words) {
    if (!window.CSS?.highlights) return;
    CSS.highlights.delete("found");
    if (!words.length) return;
    const ranges = [];
    const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node && ranges.length < 5000; node = walker.nextNode()) {
      if (node.parentElement.closest("[hidden]")) continue;
      const text = node.data.toLowerCase();
      for (const word of words) {
        for (
          let position = text.indexOf(word);
          position >= 0;
          position = text.indexOf(word, position + word.length)
        ) {
          const range = new Range();
          range.setStart(node, position);
          range.setEnd(node, position + word.length);
          ranges.push(range);
        }
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  }

  function filter() {
    const words = plain(box.value).split(" ").filter(Boolean);
    let count = 0;
    for (const { row, text } of entries) {
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) count += 1;
    }
    for (const section of document.querySelectorAll(".section")) {
      section.hidden = words.length > 0 && !section.querySelector("[data-entry]:not([hidden])");
    }
    for (const part of parts) {
      part.hidden = words.length > 0 && !part.querySelector("[data-entry]:not([hidden])");
    }
    for (const item of document.querySelectorAll("nav [data-for]")) {
      item.hidden = document.getElementById(item.dataset.for).hidden;
    }
    nothing.hidden = !words.length || count > 0;
    summary.textContent = words.length ? `${count} of ${entries.length} entries` : "";
    paint(words);
  }

  // A link may lead to an entry that the search has hidden: show everything again, then go there.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (target?.closest("[hidden]")) {
      box.value = "";
      filter();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.target.closest("input")) {
      event.preventDefault();
      box.focus();
      box.select();
    }
    if (event.key === "Escape" && event.target === box) {
      box.value = "";
      filter();
    }
  });
  box.addEventListener("input", filter);
  document.getElementById("search").hidden = false;
  if (matchMedia("(max-width: 62rem)").matches) document.getElementById("contents").open = false;
  if (box.value) filter();
})();
