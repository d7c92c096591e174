/* What a broken rule waits for: forms that are still to come, as forms_spec/rules/semantics/still_open.py and
   forms_spec/evaluation/waiting.py have it.

   waitsFor(rule, row, page, toCome) -> [[words, address]]; empty where the finding is open now
     toCome  [{to: [words, address], given: [the numbers of what the page was given of that form]}] */
const UNKNOWN = { op: "const", as: "CONDITION", value: null };
const ALSO = { any: "or", every: "and" };

/* A node with everything UNKNOWN in it that is `open`, and whether there was any. `own`: by frame, whether it
   is the page itself or a row of it. */
function opened(node, open, own) {
  if (node.op === "given") {
    const isOpen = own[node.depth] && open.has(node.at);
    return isOpen ? [UNKNOWN, true] : [node, false];
  }
  if (node.op === "fold") return fold(node, open, own);
  return node.args ? operator(node, open, own) : [node, false];
}

function fold(node, open, own) {
  const isOwn = Boolean(node.rows.own);
  const inner = [...own.slice(0, node.depth), isOwn];
  const [where, openWhere] = node.where ? opened(node.where, open, inner) : [node.where, false];
  const [body, openBody] = node.body ? opened(node.body, open, inner) : [node.body, false];
  const rows = { ...node, where, body };
  if (isOwn || !own[node.rows.depth] || !open.has(node.rows.at)) return [rows, openWhere || openBody];
  if (!Object.hasOwn(ALSO, node.fold)) return [UNKNOWN, true];
  return [{ op: ALSO[node.fold], args: [rows, UNKNOWN] }, true];
}

function operator(node, open, own) {
  const parts = node.args.map((argument) => opened(argument, open, own));
  const firstOpen = parts.findIndex(([, isOpen]) => isOpen);
  if (firstOpen < 0) return [node, false];
  const args = parts.map(([part]) => part);
  if (node.op === "median") return [UNKNOWN, true];
  if (node.op === "coalesce") return [{ ...node, args: args.slice(0, firstOpen + 1) }, true];
  const changed = { ...node, args };
  return [node.op === "known" ? { op: "or", args: [changed, UNKNOWN] } : changed, true];
}

function isBroken(rule, row, page, open) {
  const run = (node) => page.run(opened(node, open, [true])[0], row);
  return (rule.applies === null || run(rule.applies) === true) && run(rule.holds) === false;
}

/* The forms that the rule reads. */
function read(rule, toCome) {
  const reads = (open) =>
    [rule.applies, rule.holds].some((node) => node !== null && opened(node, open, [true])[1]);
  return toCome.filter((form) => reads(new Set(form.given)));
}

function waitsFor(rule, row, page, toCome) {
  if (rule.severity === "error") return [];
  const forms = read(rule, toCome);
  const open = new Set(forms.flatMap((form) => form.given));
  if (isBroken(rule, row, page, open)) return [];
  const needed = forms.filter((form) => !isBroken(rule, row, page, new Set(form.given)));
  return (needed.length ? needed : forms).map((form) => form.to);
}

export { waitsFor };
