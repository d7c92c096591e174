/* One form as the judge reads it: what each cell holds, means and calculates, asked once and then known.

   openPage(spec, record, env) -> the page that evaluate asks for cells and rows
     with the arguments of judge, see judge.js */
import { parse, write } from "./kinds.js";
import { evaluate, roundNumber, seen, unseen } from "./rules.js";

const SCALE = 10n ** 9n;
const PENDING = { state: "blank", text: "", shown: null, seen: null };

class Page {
  constructor(spec, record, env) {
    Object.assign(this, { spec, record, today: env.today, given: env.given || [] });
    this.fields = new Map();
    this.conditions = new Map();
    for (const group of spec.groups) {
      for (const field of group.fields) {
        this.fields.set(`${field.table} ${field.name}`, field);
        this.conditions.set(field, [group.shown, field.shown].filter(Boolean));
      }
    }
    this.texts = new Map([[`${spec.form} `, record.texts || {}]]);
    for (const [table, rows] of Object.entries(record.rows || {})) {
      for (const row of rows) this.texts.set(`${table} ${row.number}`, row.texts);
    }
    this.rowTables = new Set(spec.groups.filter((group) => group.rows).map((group) => group.table));
    this.facts = new Map();
  }

  rows(table) {
    return ((this.record.rows || {})[table] || []).map((row) => row.number);
  }

  text(table, row, field) {
    const texts = this.texts.get(`${table} ${row === null ? "" : row}`) || {};
    return Object.hasOwn(texts, field) ? texts[field] : "";
  }

  run(rule, row) {
    return evaluate(rule, [{ row }], this);
  }

  cell(table, row, name) {
    const key = `${table} ${row === null ? "" : row} ${name}`;
    if (!this.facts.has(key)) {
      this.facts.set(key, PENDING);
      this.facts.set(key, this.facts_(this.fields.get(`${table} ${name}`), row));
    }
    return this.facts.get(key);
  }

  settle() {
    for (const [table, name] of this.spec.order) {
      for (const row of this.rowTables.has(table) ? this.rows(table) : [null]) this.cell(table, row, name);
    }
  }

  shown(field, row) {
    let shown = true;
    for (const condition of this.conditions.get(field)) {
      const value = this.run(condition, row);
      if (value === false) return false;
      if (value === null) shown = null;
    }
    return shown;
  }

  facts_(field, row) {
    const text = this.text(field.table, row, field.name);
    const shown = this.shown(field, row);
    const bare = { text, shown, seen: null };
    if (field.value !== null) return this.calculated(field, row, shown);
    if (shown === false) return { ...bare, state: "hidden" };
    return this.given_(field, text, shown);
  }

  // The conditions of whether a field is asked, then of whether it has to be answered; and what they say of
  // that.

  conditionsOf(field) {
    const shown = this.conditions.get(field);
    return typeof field.required === "boolean" ? shown : [...shown, field.required];
  }

  required(field, row) {
    return typeof field.required === "boolean" ? field.required : this.run(field.required, row);
  }

  // What a text means in a field that is not hidden; entered() asks for it also where the field is.

  entered(table, row, name) {
    return this.given_(this.fields.get(`${table} ${name}`), this.text(table, row, name), true);
  }

  given_(field, text, shown) {
    const bare = { text, shown, seen: null };
    if (text === "") return { ...bare, state: "blank" };
    if (Object.hasOwn(this.spec.missing, text)) {
      if (field.missing.some((reason) => reason.code === text)) return { ...bare, state: "missing" };
      return { ...bare, state: "invalid", refusal: { code: "missing-not-allowed", details: { name: text } } };
    }
    return this.parsed(field, text, shown);
  }

  parsed(field, text, shown) {
    const parsed = parse(text, field);
    if (!parsed.ok) return { state: "invalid", text, shown, seen: null, refusal: parsed };
    return { state: "answered", text, shown, seen: seen(parsed.value, field.as) };
  }

  calculated(field, row, shown) {
    if (shown === false) return { state: "hidden", text: "", shown, seen: null };
    let computed = this.run(field.value, row);
    if (computed !== null && field.as === "NUMBER") {
      const places = field.kind === "integer" ? 0 : field.places;
      if (places !== null) computed = roundNumber(computed, BigInt(places) * SCALE);
    }
    const value = computed === null ? null : unseen(computed, field);
    if (value === null) return { state: "blank", text: "", shown, seen: null };
    return this.parsed(field, write(value, field), shown);
  }
}

const openPage = (spec, record, env) => new Page(spec, record, env);

export { openPage };
