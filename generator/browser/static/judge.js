/* The judge in the browser: the verdict of forms_spec/evaluation on one form, while it is typed.

   judge(spec, record, env) -> {cells, findings, cell(table, row, field)}; the cells are page.js's
     spec    made by generator/browser/form_json.py
     record  {texts: {field: text}, rows: {table: [{number, texts}]}, kept: [[table, row, field, code]]}
             with canonical texts (understand first), or what was typed where that is no answer
     env     {today, given, completing, toCome}, made by generator/browser/server_values.py;
             toCome: see still_open.js
     cells   [{table, row, field, state, text, shown, required, reference, notOffered}] in page order
     findings [{code, rule, severity, message, remedy, table, row, field, value, also}] in page order */
import { fill, isoDay, parse, shownAs, write } from "./kinds.js";
import { openPage } from "./page.js";
import { durationMinus, evaluate, spanLe, spanLt, unseen } from "./rules.js";
import { waitsFor } from "./still_open.js";
import { Untold } from "./unknown.js";

// Limits

const WORDS = {
  low: { number: ["at least", "more than"], date: ["on or after", "after"] },
  high: { number: ["at most", "less than"], date: ["on or before", "before"] },
};

const IN_TIME = new Set(["DATE", "TIME", "DATETIME"]);

const NONE = [0n, 0n];

function surelyAfter(value, other, type, strictly) {
  if (type === "DURATION") return surelyAfter(durationMinus(value, other), NONE, "SPREAD", strictly);
  if (type === "DATE" || type === "SPREAD")
    return (strictly ? spanLe(value, other) : spanLt(value, other)) === false;
  return strictly ? value > other : value >= other;
}

const NUMBER = { kind: "decimal" };
const withUnit = (text, unit) => (unit ? `${text} ${unit}` : text);

function bound(end, field, unit, side, open) {
  const words = WORDS[side][field.as === "DATE" ? "date" : "number"][open ? 1 : 0];
  let text = "";
  if (field.as === "DATE") text = isoDay(end[side === "low" ? 0 : 1]);
  else {
    const value = unseen(end, field);
    text = value === null ? "" : write(value, field);
  }
  return `${words} ${withUnit(shownAs(text, field), unit)}`;
}

function outside(page, field, facts, row, limits) {
  const unit = unitLabel(page, field, row);
  const low = limits.low && page.run(limits.low, row);
  if (low !== null && surelyAfter(low, facts.seen, field.as, !limits.lowOpen)) {
    return ["below", bound(low, field, unit, "low", limits.lowOpen)];
  }
  const high = limits.high && page.run(limits.high, row);
  if (high !== null && surelyAfter(facts.seen, high, field.as, !limits.highOpen)) {
    return ["above", bound(high, field, unit, "high", limits.highOpen)];
  }
  return null;
}

function inFuture(page, field, facts) {
  if (field.as !== "DATE") return "";
  return surelyAfter(facts.seen, [page.today, page.today], "DATE", true) ? ", a date in the future" : "";
}

function chosenUnit(page, field, row) {
  return field.companion === null ? null : page.cell(field.table, row, field.companion).seen;
}

function unitLabel(page, field, row) {
  if (field.unit) return field.unit;
  const code = chosenUnit(page, field, row);
  return code !== null && Object.hasOwn(field.units, code) ? field.units[code] : "";
}

// The verdict

class Verdict {
  constructor(page, completing, kept, toCome) {
    Object.assign(this, { page, completing, toCome, untold: new Untold(page), cells: [], findings: [] });
    this.kept = new Set((kept || []).map((entry) => JSON.stringify(entry)));
  }

  judge() {
    this.page.settle();
    for (const group of this.page.spec.groups) {
      for (const row of group.rows ? this.page.rows(group.table) : [null]) {
        for (const field of group.fields) this.cell(field, row);
      }
      if (group.rows) this.countRows(group);
    }
    for (const rule of this.page.spec.rules) this.rule(rule);
    return {
      cells: this.cells,
      findings: this.findings,
      cell: (table, row, field) => this.page.cell(table, row, field),
    };
  }

  cell(field, row) {
    const facts = this.page.cell(field.table, row, field.name);
    const required = this.required(field, row, facts);
    const { state, text, shown } = facts;
    const reference = this.reference(field, row);
    const notOffered = this.notOffered(field, row);
    const place = { table: field.table, row, field: field.name };
    this.cells.push({ ...place, state, text, shown, required, reference, notOffered });
    this.faults(field, row, facts, required);
  }

  // The laboratory's range that applies, in words.

  reference(field, row) {
    if (field.reference === null) return null;
    const ends = field.reference.ends.map((end) => this.page.run(end, row));
    const [low, high] = ends.map((end) => (end === null ? null : write(end, NUMBER)));
    if (low === null && high === null) return null;
    const both = low !== null && high !== null ? `${low} to ${high}` : null;
    return withUnit(both || (high === null ? `at least ${low}` : `at most ${high}`), field.reference.unit);
  }

  // The codes whose condition is not met. While it is UNKNOWN the code stays offered.

  notOffered(field, row) {
    const codes = Object.keys(field.offeredWhen);
    return codes.filter((code) => this.page.run(field.offeredWhen[code], row) === false);
  }

  required(field, row, facts) {
    return facts.shown === false || field.value !== null ? false : this.page.required(field, row);
  }

  faults(field, row, facts, required) {
    const report = (code, words) => this.report(code, field, row, facts, words);
    if (field.value !== null) this.differing(field, row, facts, report);
    if (facts.state === "hidden" && facts.text !== "") report("hidden-with-value");
    else if (facts.refusal) report(facts.refusal.code, facts.refusal.details);
    else if (facts.state === "blank") this.blank(field, row, facts, required, report);
    else if (facts.state === "missing") this.missing(field, facts, report);
    else if (facts.state === "answered") this.answered(field, row, facts, report);
    if (facts.shown === null && facts.text !== "" && field.value === null) {
      report("shown-unknown", { sources: field.shownBy });
    }
  }

  blank(field, row, facts, required, report) {
    if (!this.completing || required === false) return;
    /* A number without its unit is a finding at the number: one cause, told once. */
    if (this.untold.numbers.has(`${field.table} ${field.name}`)) return;
    if (facts.shown === true && required) {
      report("required-blank");
      return;
    }
    if (this.page.conditionsOf(field).some((condition) => this.untold.of(condition, row))) {
      this.untold.ask(field.table, row, field.name);
      report("required-unknown", { sources: field.dependsOn });
    }
  }

  missing(field, facts, report) {
    const reason = field.missing.find((entry) => entry.code === facts.text);
    if (this.completing && reason.draftOnly) report("missing-draft-only", { reason: reason.label });
  }

  answered(field, row, facts, report) {
    const unit = chosenUnit(this.page, field, row);
    if (field.companion !== null && unit === null) {
      report("unit-missing");
      return;
    }
    for (const [limits, word] of [
      [field.range, "range"],
      [field.alert, "alert"],
      [field.expected, "expected"],
    ]) {
      const key = unit === null ? "" : unit;
      if (!Object.hasOwn(limits, key)) continue;
      const passed = outside(this.page, field, facts, row, limits[key]);
      if (passed) {
        report(`${passed[0]}-${word}`, { bound: passed[1], future: inFuture(this.page, field, facts) });
        return;
      }
      if (this.completing) this.limitUntold(field, row, word, limits[key], report);
    }
  }

  // An end of a range that is UNKNOWN, of a value that does not pass the other.

  limitUntold(field, row, word, { low, high }, report) {
    const [early, late] = IN_TIME.has(field.as) ? ["early", "late"] : ["low", "high"];
    for (const [side, end, far] of [
      ["below", low, early],
      ["above", high, late],
    ]) {
      if (end !== null && this.untold.of(end, row)) report(`${side}-${word}-unknown`, { fear: `too ${far}` });
    }
  }

  differing(field, row, facts, report) {
    const text = this.page.text(field.table, row, field.name);
    if (text === "" || text === facts.text) return;
    if (facts.seen === null) {
      report("calculated-unknown", { typed: text, given: text });
      return;
    }
    const parsed = parse(text, field);
    const same = parsed.ok && write(parsed.value, field) === facts.text;
    if (!same) report("calculated-differs", { typed: text, given: text });
  }

  countRows(group) {
    const { page, completing } = this;
    const rows = page.rows(group.table);
    const asked = group.shown === null ? true : page.run(group.shown, null);
    const most = group.rows.maximum;
    if (rows.length > most) this.group(group, "too-many-rows", { count: rows.length, most });
    const combinations = this.combinations(group, rows);
    if (completing && asked !== false) this.absentRows(group, rows.length, combinations, asked);
    for (const [row, count] of combinations) if (count > 1) this.group(group, "row-twice", { row });
  }

  // What the group lacks where it is asked: one row for each combination of the codes or for each row of
  // another form, or so many rows.

  absentRows(group, count, combinations, asked) {
    const { minimum: least, fixed, lacking, source } = group.rows;
    const absent = combinations
      .filter((combination) => combination[1] === 0)
      .map(([row]) => ["row-missing", { row }]);
    if (!fixed.length && count < least) absent.unshift(["too-few-rows", { count, least }]);
    const number = lacking === null ? null : this.page.run(lacking, null);
    if (number !== null) absent.unshift(["row-not-carried", { row: write(number, NUMBER), source }]);
    if (asked) for (const [code, words] of absent) this.group(group, code, words);
    else if (absent.length && this.untold.of(group.shown, null)) {
      this.group(group, "rows-unknown", { sources: group.shownBy });
    }
  }

  // Each combination of the codes that the rows are fixed by, as labels, and how many rows have it.

  combinations(group, rows) {
    if (!group.rows.fixed.length) return [];
    const lists = group.rows.fixed.map((name) => group.fields.find((field) => field.name === name).codes);
    const every = lists.reduce(
      (all, codes) => all.flatMap((combination) => codes.map((code) => [...combination, code])),
      [[]],
    );
    const has = (row, codes) =>
      codes.every(
        (code, index) => this.page.cell(group.table, row, group.rows.fixed[index]).seen === code.code,
      );
    return every.map((codes) => [
      codes.map((code) => code.label).join(", "),
      rows.filter((row) => has(row, codes)).length,
    ]);
  }

  // An edit check. One that cannot be told is a finding of the server alone, which knows every source.

  rule(rule) {
    const table = rule.on[0][0];
    for (const row of this.page.rowTables.has(table) ? this.page.rows(table) : [null]) {
      if (rule.applies !== null && this.page.run(rule.applies, row) !== true) continue;
      if (this.page.run(rule.holds, row) === false) this.broken(rule, row);
    }
  }

  broken(rule, row) {
    const [[table, field], ...others] = rule.on;
    if (this.isKept(rule.severity, rule.check, { table, row, field })) return;
    const entry = this.page.spec.messages["rule-broken"];
    const rowOf = (tableName) => (tableName === table ? row : null);
    const facts = rule.on
      .filter(([tableName]) => tableName === table || tableName === this.page.spec.form)
      .map(([tableName, name]) => this.answer(tableName, rowOf(tableName), name));
    const words = { says: rule.says, facts: facts.join("; ") };
    const place = { table, row, field, value: this.page.cell(table, row, field).text };
    const also = others.map(([tableName, name]) => ({
      table: tableName,
      row: rowOf(tableName),
      field: name,
    }));
    const message = fill(entry.message, words);
    const remedy = fill(entry.remedy, words);
    const named = { code: rule.check, rule: rule.name, severity: rule.severity };
    if (this.toCome.length) named.waits = waitsFor(rule, row, this.page, this.toCome);
    this.findings.push({ ...named, message, remedy, ...place, also });
  }

  answer(table, row, name) {
    const field = this.page.fields.get(`${table} ${name}`);
    const { text } = this.page.cell(table, row, name);
    if (text === "") return `“${field.label}” is blank`;
    return `“${field.label}” is ${withUnit(shownAs(text, field), unitLabel(this.page, field, row))}`;
  }

  group(group, code, words) {
    const place = { table: group.table, row: null, field: null, value: null };
    this.push(code, { label: group.title, ...words }, place, group.checks);
  }

  report(code, field, row, facts, words = {}) {
    const answer = withUnit(shownAs(facts.text, field), unitLabel(this.page, field, row));
    const place = { table: field.table, row, field: field.name, value: words.typed ?? facts.text };
    this.push(code, { label: field.label, answer, value: facts.text, ...words }, place, field.checks);
  }

  // Only a warning is kept with a reason.

  isKept(severity, code, { table, row, field }) {
    return severity === "warning" && this.kept.has(JSON.stringify([table, row, field, code]));
  }

  // A facet may implement a check of the protocol: its finding bears the check's name and severity.

  push(code, words, place, checks) {
    const entry = this.page.spec.messages[code];
    const check = Object.hasOwn(checks, code) ? checks[code] : { name: null, severity: null };
    const message = fill(entry.message, words);
    const remedy = fill(entry.remedy, words);
    const named = { code, rule: check.name, severity: check.severity || entry.severity };
    if (this.isKept(named.severity, code, place)) return;
    this.findings.push({ ...named, message, remedy, ...place });
  }
}

function judge(spec, record, env) {
  const page = openPage(spec, record, env);
  return new Verdict(page, Boolean(env.completing), record.kept, env.toCome || []).judge();
}

// The answer that stands in a text, as forms_spec/evaluation/text_slots.py says it.

function slotWords({ rule, field, coded }, row, page) {
  const value = evaluate(rule, [{ row }], page);
  if (value === null) return "______";
  if (field === null) return typeof value === "bigint" ? write(value, { kind: "decimal" }) : String(value);
  const answer = unseen(value, field);
  if (answer === null) return "______";
  const text = write(answer, field);
  return coded ? text : shownAs(text, field);
}

export { judge, slotWords };
