/* What the scripts of a form share: the form itself, and what one of them knows and others ask. */
const form = document.getElementById("form");
const box = (name) => form.elements.namedItem(name);

/* By the name of its input: why an unexpected value is right. It outlives every new verdict. */
const reasons = new Map();

/* By question: the file that was not taken, as a finding. */
const refusedFiles = new Map();

const state = {
  /* The number of the save that is on its way or whose answer never came. */
  sent: "",
  /* The page goes on by itself, so that nobody is asked whether to leave it. */
  leaving: false,
  /* The question that a key is about to leave. */
  leavingQuestion: null,
  /* Whoever is signed in now saves what somebody else typed. */
  takenOver: false,
  /* Saves the form; null on a page that cannot. */
  save: null,
};

export { box, form, reasons, refusedFiles, state };
