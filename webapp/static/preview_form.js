/* A form of the preview, which stores nothing: what is typed outlives only the reload after a change of the
   dictionary. */
import "./base.js";
import { keep, restore } from "./form_drafts.js";
import "./form_autofill.js";
import "./form_findings.js";
import { judge } from "./form_live.js";
import "./form_typing.js";
import "./form_files.js";
import "./form_copy.js";
import "./form_keys.js";
import { ensureRow } from "./form_rows.js";
import "./form_paste.js";
import "./combobox.js";
import { form, state } from "./form_state.js";
import { follow } from "./preview_follow.js";
import { start } from "./preview_save.js";

state.leaving = true;

function bringBack(reloaded) {
  if (!reloaded) localStorage.removeItem(`crfsmith:preview:${location.pathname}`);
  restore(ensureRow);
  document.getElementById("notices").replaceChildren();
  judge();
}

if (form.dataset.held !== undefined) start();
follow({ keep, bringBack });
