/* A form that saves. The order is that in which its parts hear of a key. */
import "./base.js";
import "./form_drafts.js";
import "./form_autofill.js";
import "./form_findings.js";
import "./form_live.js";
import "./form_typing.js";
import "./form_files.js";
import "./form_keys.js";
import "./form_rows.js";
import "./form_paste.js";
import "./form_copy.js";
import "./form_history.js";
import "./form_queries.js";
import "./combobox.js";
import "./form_session.js";
import "./form_print.js";
import "./form_save.js";
