/* Chromium reads all fields of a form anew at every key, to offer what was typed elsewhere. These forms turn
   that off, and it reads them all the same, which takes longer than everything else that a key does. It
   passes over forms of more than 200 fields: boxes that nobody sees and no save sends, in a tree of their
   own, make a form one of these. */
import { form } from "./form_state.js";

const MOST_READ = 200;

const holder = document.createElement("div");
holder.hidden = true;
const boxes = Array.from({ length: MOST_READ + 1 }, () => document.createElement("input"));
holder.attachShadow({ mode: "closed" }).append(...boxes);
form.append(holder);
