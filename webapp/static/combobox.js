/* A long list of choices: typing part of a label or of a code narrows it. The pattern is ARIA 1.2's editable
   combobox with a list; without this script the box keeps the browser's own list. */
(() => {
  "use strict";
  const { form } = crfpage;
  const MOST = 50;
  const boxes = new WeakMap();
  let open = null;

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  class Combobox {
    constructor(box) {
      this.box = box;
      const source = document.getElementById(box.getAttribute("list"));
      this.options = [...source.options].map((one) => ({ code: one.value, label: one.label || one.value }));
      box.removeAttribute("list");
      this.list = document.createElement("ul");
      Object.assign(this.list, { id: `${box.id}-options`, className: "options", hidden: true });
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", `Answers to ${box.labels[0]?.textContent.trim() || "the question"}`);
      box.closest(".line").append(this.list);
      const said = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id, autocomplete: "off" };
      for (const [name, value] of Object.entries(said)) box.setAttribute(name, value);
      this.at = -1;
      box.addEventListener("input", () => this.show());
      box.addEventListener("click", () => (this.list.hidden ? this.show(true) : this.hide()));
      box.addEventListener("keydown", (event) => this.key(event));
      box.addEventListener("blur", () => this.hide());
      this.list.addEventListener("pointerdown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => {
        const at = [...this.list.children].indexOf(event.target.closest("[role=option]"));
        if (at >= 0) this.choose(at);
      });
    }

    /* Those that begin so, then those with a word that does, then those that contain it. */
    fitting(all) {
      const typed = plain(this.box.value.trim());
      if (all || !typed) return this.options;
      const rank = ({ code, label }) => {
        const [c, l] = [plain(code), plain(label)];
        if (c === typed || l === typed) return 0;
        if (l.startsWith(typed) || c.startsWith(typed)) return 1;
        return l.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(typed)) ? 2 : l.includes(typed) || c.includes(typed) ? 3 : 9;
      };
      return this.options.map((one) => [rank(one), one]).filter(([r]) => r < 9).sort((a, b) => a[0] - b[0]).map(([, one]) => one);
    }

    show(all = false) {
      const found = this.fitting(all);
      this.found = found.slice(0, MOST);
      this.list.replaceChildren(...this.found.map((one, at) => this.option(one, at)));
      if (!found.length) this.list.append(this.note(`Nothing in the list contains “${this.box.value.trim()}”.`));
      else if (found.length > MOST) this.list.append(this.note(`${found.length - MOST} more: type on to narrow the list.`));
      this.at = -1;
      this.list.hidden = false;
      this.box.setAttribute("aria-expanded", "true");
      this.box.removeAttribute("aria-activedescendant");
      open = this;
      this.place();
      crfpage.say(found.length === 1 ? "1 answer fits." : `${found.length} answers fit.`);
    }

    option({ code, label }, at) {
      const option = document.createElement("li");
      option.id = `${this.box.id}-option-${at}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const shown = Object.assign(document.createElement("span"), { textContent: label });
      const small = Object.assign(document.createElement("small"), { textContent: code === label ? "" : code });
      option.append(shown, " ", small);
      return option;
    }

    note(text) {
      const note = Object.assign(document.createElement("li"), { className: "none", textContent: text });
      note.setAttribute("role", "option");
      note.setAttribute("aria-disabled", "true");
      note.setAttribute("aria-selected", "false");
      return note;
    }

    /* Fixed to the window, so that no table around the box cuts the list off. */
    place() {
      const spot = this.box.getBoundingClientRect();
      const below = innerHeight - spot.bottom;
      const up = below < 200 && spot.top > below;
      this.list.style.minWidth = `${spot.width}px`;
      this.list.style.left = `${Math.max(4, Math.min(spot.left, innerWidth - this.list.offsetWidth - 4))}px`;
      this.list.style.maxHeight = `${Math.max(120, Math.min(320, (up ? spot.top : below) - 8))}px`;
      this.list.style.top = up ? "auto" : `${spot.bottom + 2}px`;
      this.list.style.bottom = up ? `${innerHeight - spot.top + 2}px` : "auto";
    }

    hide() {
      this.list.hidden = true;
      this.box.setAttribute("aria-expanded", "false");
      this.box.removeAttribute("aria-activedescendant");
      if (open === this) open = null;
    }

    move(to) {
      const count = this.found.length;
      if (!count) return;
      this.list.children[this.at]?.setAttribute("aria-selected", "false");
      this.at = (to + count) % count;
      const option = this.list.children[this.at];
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      this.box.setAttribute("aria-activedescendant", option.id);
    }

    choose(at) {
      this.box.value = this.found[at].label;
      this.hide();
      this.box.dispatchEvent(new Event("input", { bubbles: true }));
      this.hide();
      this.box.dispatchEvent(new Event("change", { bubbles: true }));
      this.box.focus();
    }

    key(event) {
      if (event.ctrlKey || event.metaKey) return;
      const shut = this.list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (shut) this.show(!event.altKey && this.box.value === "");
        if (!event.altKey) this.move(event.key === "ArrowDown" ? this.at + 1 : Math.max(this.at, 0) - 1);
      } else if (event.key === "Escape" && !shut) {
        event.preventDefault();
        event.stopPropagation();
        this.hide();
      } else if ((event.key === "Enter" || event.key === "Tab") && !shut && this.at >= 0) {
        this.choose(this.at);
        if (event.key === "Enter") {
          event.preventDefault();
          event.stopPropagation();
        }
      }
    }
  }

  function enhance(root) {
    for (const box of root.querySelectorAll("input[list$='-list']")) {
      if (!box.closest("template") && !boxes.has(box)) boxes.set(box, new Combobox(box));
    }
  }

  enhance(form);
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.matches?.(".row")) enhance(node);
  }).observe(form, { childList: true, subtree: true });
  addEventListener("scroll", () => open?.place(), { capture: true, passive: true });
  addEventListener("resize", () => open?.place());
  Object.assign(crfpage, { enhance });
})();
