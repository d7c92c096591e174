/* Whether a form already says why something in it cannot be told: forms_spec/evaluation/unknown.py in the
   browser.

   new Untold(page)
     .of(rule, row)             whether the rule is UNKNOWN for a reason that no finding of this form gives
     .ask(table, row, field)    from now on, the cell is asked about by a finding of its own */
import { evaluate, framesOf, isOwn, nthRow } from "./rules.js";

const UNKNOWN = null;
const DEEPEST = 20;
const keyOf = (table, row, field) => `${table} ${row === null ? "" : row} ${field}`;
const INTERVALS = new Set(["DATE", "SPREAD"]);
const partial = (node, value) =>
  (INTERVALS.has(node.as) && value[0] !== value[1]) || (node.as === "DURATION" && value.months > 0);

class Untold {
  constructor(page) {
    Object.assign(this, { page, asked: new Set(), depth: 0, followed: new Map(), numbers: new Map() });
    for (const field of page.fields.values()) {
      if (field.companion !== null) this.numbers.set(`${field.table} ${field.companion}`, field.name);
    }
  }

  ask(table, row, field) {
    this.asked.add(keyOf(table, row, field));
  }

  of(rule, row) {
    const frames = [{ row }];
    this.followed.clear();
    return this.value(rule, frames) === UNKNOWN && this.why(rule, frames);
  }

  value(node, frames) {
    return evaluate(node, frames, this.page);
  }

  why(node, frames) {
    if (node.op === "cell" || node.op === "given") return this.cell(node, frames);
    if (node.op === "fold") return this.fold(node, frames);
    if (!node.args) return true;
    if (node.op === "case") return this.chosen(node.args, frames);
    const unknown = node.args.filter((part) => this.value(part, frames) === UNKNOWN);
    if (unknown.length) return unknown.some((part) => this.why(part, frames));
    return this.undecided(node.args, frames);
  }

  // The condition that is UNKNOWN; or the value chosen; or, where none is, what was asked.

  chosen(nodes, frames) {
    const conditions = nodes.filter((_, index) => index % 2 === 0 && index + 1 < nodes.length);
    for (const [index, condition] of conditions.entries()) {
      const value = this.value(condition, frames);
      if (value === UNKNOWN) return this.why(condition, frames);
      if (value) return this.why(nodes[2 * index + 1], frames);
    }
    const last = nodes[nodes.length - 1];
    return last.op === "const" ? this.undecided(conditions, frames) : this.why(last, frames);
  }

  // The rows whose condition or value is UNKNOWN; without any, it is the number of rows.

  fold(node, frames) {
    const results = [];
    for (const inner of this.rows(node, frames)) {
      const counts = node.where ? this.value(node.where, inner) : true;
      if (counts === UNKNOWN) results.push(this.why(node.where, inner));
      else if (counts && node.body && this.value(node.body, inner) === UNKNOWN)
        results.push(this.why(node.body, inner));
    }
    return results.length ? results.includes(true) : true;
  }

  // Of a look-up it is one row: the one that is meant, or the first that may count.

  rows(node, frames) {
    const rows = framesOf(node, frames, this.page).map((frame) => [...frames.slice(0, node.depth), frame]);
    if (node.fold !== "nth") return rows;
    const counts = (inner) => (node.where ? this.value(node.where, inner) : true);
    const row = nthRow(
      rows.map((inner) => [counts(inner), inner]),
      node.place,
    );
    return row === null ? [] : [row[1]];
  }

  // Every part has a value and the whole has none: sources that are open within them, or nothing.

  undecided(nodes, frames) {
    const results = nodes.flatMap((node) => this.open(node, frames));
    return results.length ? results.includes(true) : true;
  }

  open(node, frames) {
    if (node.op === "cell" || node.op === "given") {
      const value = this.value(node, frames);
      return value === UNKNOWN || partial(this.typed(node), value) ? [this.cell(node, frames)] : [];
    }
    if (node.op === "fold") {
      const parts = [node.where, node.body].filter(Boolean);
      return this.rows(node, frames).flatMap((inner) => parts.flatMap((part) => this.open(part, inner)));
    }
    return node.args && node.op !== "known" ? node.args.flatMap((part) => this.open(part, frames)) : [];
  }

  typed(node) {
    return node.op === "given" ? node : this.page.fields.get(`${node.table} ${node.field}`);
  }

  // A cell that has no exact value. One that is given stands in another form, or is the page's own.

  cell(node, frames) {
    if (node.op === "cell") {
      return !this.says(node.table, node.row ? frames[node.depth].row : null, node.field);
    }
    const frame = frames[node.depth];
    if (frame.columns) return this.cell(frame.columns[node.at], frames);
    const entry = frame.values ? frame.values[node.at] : this.page.given[node.at];
    return isOwn(entry) ? this.cell(node.own, frames) : true;
  }

  says(table, row, name) {
    const { page } = this;
    const number = this.numbers.get(`${table} ${name}`);
    if (number !== undefined) {
      return page.cell(table, row, number).state === "answered" || this.says(table, row, number);
    }
    const field = page.fields.get(`${table} ${name}`);
    const { state, text, shown } = page.cell(table, row, name);
    if (state === "missing") return field.missing.find((reason) => reason.code === text).draftOnly;
    return state === "blank" ? this.blankSays(field, row, shown) : state !== "answered";
  }

  // A blank cell that has to be answered; else what it hangs on says why it is blank.

  blankSays(field, row, shown) {
    const key = keyOf(field.table, row, field.name);
    if (this.asked.has(key)) return true;
    if (!this.followed.has(key)) {
      this.followed.set(key, false);
      this.depth += 1;
      this.followed.set(key, this.depth <= DEEPEST && this.sourcesSay(field, row, shown));
      this.depth -= 1;
    }
    return this.followed.get(key);
  }

  // Whether each formula or condition of a cell that is UNKNOWN is so for a reason that is told.

  sourcesSay(field, row, shown) {
    const frames = [{ row }];
    const rules = field.value !== null ? [field.value] : this.page.conditionsOf(field);
    const unknown = rules.filter((rule) => this.value(rule, frames) === UNKNOWN);
    if (!unknown.length && field.value === null)
      return shown === true && this.page.required(field, row) === true;
    return unknown.length > 0 && !unknown.some((rule) => this.why(rule, frames));
  }
}

export { Untold };
