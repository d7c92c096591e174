/* The history of one question, beneath it: who answered what, when and why. What is typed stays as it is. */
import { form } from "./form_state.js";

const address = form.dataset.history;
function offerHistory() {
  const link = Object.assign(document.createElement("a"), { className: "past-link", textContent: "history" });
  link.tabIndex = -1;
  link.title = "Earlier answers, Alt+H";
  let panel = null;
  let asker = null;

  const nameOf = (question) => question.id.slice(2);
  const known = (question) =>
    question && !question.matches(".note, .c-calculated") && !question.closest("template");

  /* One link for all questions: it stands where the focus or the pointer is. */
  function offer(question) {
    if (!known(question) || link.closest(".q") === question) return;
    link.href = address + nameOf(question);
    question.querySelector(".line")?.append(link);
  }

  async function open(question) {
    if (!known(question)) return;
    const again = panel?.closest(".q") === question;
    close();
    if (again) return;
    asker = document.activeElement?.closest(".q") === question ? document.activeElement : null;
    panel = Object.assign(document.createElement("div"), { className: "past", tabIndex: -1 });
    panel.setAttribute("role", "region");
    panel.setAttribute("aria-label", "Earlier answers");
    panel.textContent = "…";
    (question.querySelector(".a") || question).append(panel);
    const here = panel;
    const past = await look(address + nameOf(question));
    if (here !== panel) return;
    panel.replaceChildren(past, closer());
    panel.focus();
  }

  async function look(href) {
    try {
      const answer = await fetch(href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const past = page.getElementById("field-history");
      past.removeAttribute("id");
      past.classList.remove("empty", "list");
      return document.adoptNode(past);
    } catch {
      return Object.assign(document.createElement("p"), {
        textContent: "The server is not responding. Try again in a moment.",
      });
    }
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

  form.addEventListener("focusin", (event) => offer(event.target.closest(".q")));
  form.addEventListener("pointerover", (event) => offer(event.target.closest(".q")));
  form.addEventListener("click", (event) => {
    if (event.target !== link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link.closest(".q"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel && panel.contains(document.activeElement)) {
      event.preventDefault();
      close();
    }
    if (!event.altKey || event.ctrlKey || event.metaKey || event.code !== "KeyH") return;
    const question = document.activeElement?.closest("#form .q");
    if (!question) return;
    event.preventDefault();
    open(question);
  });
}

if (address) offerHistory();
