/* A form by keyboard alone: saving, codes, missing reasons, taking an answer back, on to the next question. */
(() => {
  "use strict";
  const { form } = crfpage;
  const changed = (element) => element.dispatchEvent(new Event("change", { bubbles: true }));
  const reasonsOf = (question) => question.querySelector("select.missing");

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || !crfpage.save) return;
    const action = event.key === "s" ? "draft" : event.key === "Enter" ? "complete" : null;
    if (!action) return;
    event.preventDefault();
    /* What stands in the box that has the focus is read as if it were left. */
    document.activeElement?.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
    crfpage.save(action);
  });

  let typed = "";
  let typedAt = 0;

  /* The answer whose code begins with what was typed; a second key within a second makes it longer. */
  function byCode(boxes, key) {
    typed = Date.now() - typedAt < 1000 ? typed + key : key;
    typedAt = Date.now();
    const words = (box) => [box.value, box.closest("label").textContent.trim()].map((word) => word.toLowerCase());
    const fits = (start) => boxes.filter((box) => words(box).some((word) => word.startsWith(start)));
    const exact = boxes.find((box) => box.value.toLowerCase() === typed);
    return exact || fits(typed)[0] || fits(key)[0];
  }

  function choose(question, event) {
    const boxes = [...question.querySelectorAll(`[name="${event.target.name}"]`)];
    const found = byCode(boxes, event.key.toLowerCase());
    if (!found) return;
    event.preventDefault();
    found.focus();
    if (found.type === "radio") found.checked = true;
    else found.checked = !found.checked;
    changed(found);
  }

  function clear(question) {
    const chosen = question.querySelector(".choice input[type=radio]:checked");
    if (!chosen) return;
    chosen.checked = false;
    crfpage.say("Answer taken back.");
    changed(chosen);
  }

  const BUTTONS = ".choice input, .unit-choice input";
  const isChoice = (element) => element.matches(`${BUTTONS}, select.box`);

  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const question = event.target.closest(".q");
    if (!question) return;
    if (event.key === "Enter" && event.target.matches("input, select")) return next(event);
    if (event.key === "Escape" && event.target.closest(".keep")) return next(event);
    if (event.target.matches("select.missing")) return back(event, question);
    if (!isChoice(event.target)) return;
    if (event.key === "." && reasonsOf(question)) {
      event.preventDefault();
      reasonsOf(question).focus();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      clear(question);
    } else if (event.key.length === 1 && event.key !== " " && event.target.matches(BUTTONS)) {
      choose(question, event);
    }
  });

  /* In the menu of reasons a code's letters choose, as in the boxes: `nd` is Not done. */
  let reason = "";
  let reasonAt = 0;
  function back(event, question) {
    if (event.key === "Escape") question.querySelector("input, select, textarea").focus();
    if (event.key.length !== 1) return;
    reason = Date.now() - reasonAt < 1500 ? reason + event.key.toUpperCase() : event.key.toUpperCase();
    reasonAt = Date.now();
    const menu = event.target;
    const found = [...menu.options].find((option) => option.value && option.value !== "-" && option.value.startsWith(reason));
    if (!found) return;
    event.preventDefault();
    menu.value = found.value;
    changed(menu);
  }

  /* Enter goes on to the next question, or to the reason that this one asks for; it never sends a half-filled form. */
  function next(event) {
    event.preventDefault();
    crfpage.goOn(event.target);
    const stops = [...form.querySelectorAll("input, select, textarea, button, a[href], summary")].filter(
      (one) => one.tabIndex >= 0 && !one.disabled && one.type !== "hidden" && one.offsetParent,
    );
    const group = event.target.type === "radio" ? event.target.name : null;
    const at = stops.indexOf(event.target);
    const following = stops.slice(at + 1).find((one) => one.name !== group || !group);
    following?.focus();
    if (following?.type === "text") following.select();
  }

  form.addEventListener("click", (event) => {
    /* A second click on the chosen answer takes it back. */
    const radio = event.target.closest(".choice input[type=radio]");
    if (!radio || event.detail === 0) return;
    if (radio.dataset.was === "yes") {
      radio.checked = false;
      changed(radio);
    }
    mark(radio.closest(".q"));
  });
  const mark = (question) =>
    question?.querySelectorAll(".choice input[type=radio]").forEach((one) => (one.dataset.was = one.checked ? "yes" : ""));
  form.addEventListener("pointerdown", (event) => mark(event.target.closest(".q")));
})();
