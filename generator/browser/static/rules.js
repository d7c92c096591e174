/* The rule language in the browser: one interpreter over the JSON of generator/browser/expression_json.py.

   evaluate(node, frames, page)  the value, or null for UNKNOWN
   seen(value, type)             a value of kinds.js as rules see it
   unseen(value, field)          and back; null where the kind cannot say it

   Values as rules see them: BigInt for numbers (in 10^-9), Number for times, [low, high] for dates and
   numbers known within limits, arrays for multiple choices. Every operator has the name and the meaning that
   forms_spec/rules/semantics/resolved.py gives it.

   page = {cell(table, row, field), entered(table, row, field), rows(table), given, today}
   A frame is {row} on the page, {values} for a row from the server, {row, columns} for a row of the page in a
   server's list. */
import { moreLazy, moreStrict } from "./functions.js";
import { civil, dayNumber, daysInMonth } from "./kinds.js";

const SCALE = 10n ** 9n;
const BOUND = 10n ** 24n;
const DAY_SECONDS = 86400;
const UNKNOWN = null;
const FIRST_DAY = dayNumber(1, 1, 1);
const LAST_DAY = dayNumber(9999, 12, 31);

// Numbers

const size = (number) => (number < 0n ? -number : number);
const bounded = (number) => (size(number) < BOUND ? number : UNKNOWN);

function divided(number, by) {
  const whole = size(number) / size(by);
  const rest = size(number) % size(by);
  const rounded = 2n * rest >= size(by) ? whole + 1n : whole;
  return number < 0n === by < 0n ? rounded : -rounded;
}

function add(...numbers) {
  return bounded(numbers.reduce((total, number) => total + number, 0n));
}

function roundNumber(number, places) {
  const step = 10n ** (9n - places / SCALE);
  return bounded(divided(number, step) * step);
}

// A side without an end has none in the sum.

function addEnds(ends, noEnd) {
  return ends.includes(noEnd) ? noEnd : add(...ends);
}

function spanAdd(...spans) {
  const low = addEnds(
    spans.map((span) => span[0]),
    -BOUND,
  );
  const high = addEnds(
    spans.map((span) => span[1]),
    BOUND,
  );
  return low === UNKNOWN || high === UNKNOWN ? UNKNOWN : [low, high];
}

// Numbers with a comparator as intervals, and back: the twin of forms_spec/rules/semantics/bounds.py

function boundsOf({ comparator, number }) {
  if (comparator === "<" || comparator === "<=") return [-BOUND, comparator === "<" ? number - 1n : number];
  if (comparator === ">" || comparator === ">=") return [comparator === ">" ? number + 1n : number, BOUND];
  return [number, number];
}

const lastDigit = (number) => ((number % 10n) + 10n) % 10n;

function parted([low, high]) {
  if (low === high) return { comparator: "=", number: low };
  const [noLow, noHigh] = [low <= -BOUND, high >= BOUND];
  if (noLow === noHigh) return null;
  if (noLow) {
    const under = lastDigit(high) === 9n;
    return { comparator: under ? "<" : "<=", number: under ? high + 1n : high };
  }
  const over = lastDigit(low) === 1n;
  return { comparator: over ? ">" : ">=", number: over ? low - 1n : low };
}

// Texts compare by code point; UTF-16 puts surrogates before U+E000, so those change places.

function weight(unit) {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}

function compareTexts(left, right) {
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index += 1) {
    const difference = weight(left.charCodeAt(index)) - weight(right.charCodeAt(index));
    if (difference) return difference;
  }
  return left.length - right.length;
}

function compare(left, right) {
  if (typeof left === "string") return compareTexts(left, right);
  return left < right ? -1 : left > right ? 1 : 0;
}

function spanEq([low, high], [otherLow, otherHigh]) {
  if (high < otherLow || otherHigh < low) return false;
  return low === high && otherLow === otherHigh ? true : UNKNOWN;
}

function spanLt([low, high], [otherLow, otherHigh]) {
  if (high < otherLow) return true;
  return low >= otherHigh ? false : UNKNOWN;
}

function spanLe([low, high], [otherLow, otherHigh]) {
  if (high <= otherLow) return true;
  return low > otherHigh ? false : UNKNOWN;
}

const choose = (values, sign) =>
  values.reduce((best, other) => (compare(other, best) * sign < 0 ? other : best));
const chooseSpan = (spans, sign) =>
  [0, 1].map((end) =>
    choose(
      spans.map((span) => span[end]),
      sign,
    ),
  );

// The calendar

const inCalendar = (day) => (day >= FIRST_DAY && day <= LAST_DAY ? day : UNKNOWN);

function addMonths(day, months) {
  const [year, month, on] = civil(day);
  const count = year * 12 + month - 1 + months;
  const [newYear, newMonth] = [Math.floor(count / 12), (((count % 12) + 12) % 12) + 1];
  if (newYear < 1 || newYear > 9999) return UNKNOWN;
  return dayNumber(newYear, newMonth, Math.min(on, daysInMonth(newYear, newMonth)));
}

function monthsBetween(first, second) {
  if (second < first) return -monthsBetween(second, first);
  const [[year, month], [otherYear, otherMonth]] = [civil(first), civil(second)];
  const months = (otherYear - year) * 12 + otherMonth - month;
  const reached = addMonths(first, months);
  return reached !== UNKNOWN && reached <= second ? months : months - 1;
}

function ageYears(birth, on) {
  const [[year, month, day], [otherYear, otherMonth, otherDay]] = [civil(birth), civil(on)];
  const before = otherMonth < month || (otherMonth === month && otherDay < day);
  return otherYear - year - (before ? 1 : 0);
}

function moved(step) {
  return (day, count) => {
    if (count % SCALE !== 0n) return UNKNOWN;
    const whole = Number(count / SCALE);
    const [low, high] = [step(day[0], whole), step(day[1], whole)];
    return low === UNKNOWN || high === UNKNOWN ? UNKNOWN : [low, high];
  };
}

const between = (count) => (first, second) => [
  BigInt(count(first[1], second[0])) * SCALE,
  BigInt(count(first[0], second[1])) * SCALE,
];

// The fewest and the most days of so many months in a row: see forms_spec/kinds/duration.py.

const CYCLE = 4800; // months after which the calendar repeats
const monthStarts = [];
const daysByMonths = new Map();

function startOfMonth(index) {
  for (let next = monthStarts.length; next <= index; next += 1) {
    monthStarts.push(dayNumber(1600 + Math.floor(next / 12), (next % 12) + 1, 1));
  }
  return monthStarts[index];
}

function daysOfMonths(months) {
  if (daysByMonths.has(months)) return daysByMonths.get(months);
  const rest = months % CYCLE;
  const whole = ((months - rest) / CYCLE) * (startOfMonth(CYCLE) - startOfMonth(0));
  let [least, most] = [Infinity, 0];
  for (let start = 0; start < CYCLE; start += 1) {
    const days = startOfMonth(start + rest) - startOfMonth(start);
    [least, most] = [Math.min(least, days), Math.max(most, days)];
  }
  daysByMonths.set(months, [whole + least, whole + most]);
  return [whole + least, whole + most];
}

function durationMinus(first, second) {
  const [months, seconds] = [first.months - second.months, first.seconds - second.seconds];
  const [least, most] = daysOfMonths(Math.abs(months));
  const days = months >= 0 ? [least, most] : [-most, -least];
  return days.map((count) => BigInt(count * DAY_SECONDS + seconds) * SCALE);
}

function dayOf(moment) {
  const day = Math.floor(moment / DAY_SECONDS);
  return [day, day];
}

// Operators that never see UNKNOWN

const STRICT = {
  not: (value) => !value,
  eq: (left, right) => left === right,
  lt: (left, right) => compare(left, right) < 0,
  le: (left, right) => compare(left, right) <= 0,
  span_eq: spanEq,
  span_lt: spanLt,
  span_le: spanLe,
  add,
  neg: (number) => -number,
  mul: (left, right) => bounded(divided(left * right, SCALE)),
  div: (left, right) => (right === 0n ? UNKNOWN : bounded(divided(left * SCALE, right))),
  abs: size,
  round: roundNumber,
  least: (...values) => choose(values, 1),
  greatest: (...values) => choose(values, -1),
  point: (number) => [number, number],
  settle: ([low, high]) => (low === high ? low : UNKNOWN),
  span_add: spanAdd,
  limit_of: (span) => parted(span)?.number ?? UNKNOWN,
  comparator_of: (span) => parted(span)?.comparator ?? UNKNOWN,
  span_neg: ([low, high]) => [-high, -low],
  duration_minus: durationMinus,
  span_least: (...spans) => chooseSpan(spans, 1),
  span_greatest: (...spans) => chooseSpan(spans, -1),
  length: (text) => BigInt([...text].length) * SCALE,
  concat: (...texts) => texts.join(""),
  add_days: moved((day, days) => inCalendar(day + days)),
  add_months: moved(addMonths),
  days_between: between((first, second) => second - first),
  months_between: between(monthsBetween),
  age_years: between(ageYears),
  minutes_between: (first, second) => divided(BigInt(second - first) * SCALE, 60n),
  date_of: dayOf,
  time_of: (moment) => ((moment % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS,
  subset: (left, right) => left.every((code) => right.includes(code)),
  overlaps: (left, right) => left.some((code) => right.includes(code)),
  member: (code, codes) => codes.includes(code),
  ...moreStrict,
};

// Operators that decide what UNKNOWN means

function logic(decisive) {
  return (operands, run) => {
    let verdict = !decisive;
    for (const operand of operands) {
      const value = run(operand);
      if (value === decisive) return decisive;
      if (value === UNKNOWN) verdict = UNKNOWN;
    }
    return verdict;
  };
}

function among([first, ...items], run) {
  const value = run(first);
  if (value === UNKNOWN) return UNKNOWN;
  const others = items.map(run);
  if (others.includes(value)) return true;
  return others.includes(UNKNOWN) ? UNKNOWN : false;
}

function chosen(operands, run) {
  for (let index = 0; index + 1 < operands.length; index += 2) {
    const condition = run(operands[index]);
    if (condition === UNKNOWN) return UNKNOWN;
    if (condition) return run(operands[index + 1]);
  }
  return run(operands[operands.length - 1]);
}

function firstKnown(operands, run) {
  for (const operand of operands) {
    const value = run(operand);
    if (value !== UNKNOWN) return value;
  }
  return UNKNOWN;
}

const LAZY = {
  and: logic(false),
  or: logic(true),
  in: among,
  case: chosen,
  coalesce: firstKnown,
  known: ([operand], run) => run(operand) !== UNKNOWN,
  ...moreLazy,
};

// Aggregates: pairs of whether the row counts and its value

function values(pairs) {
  const counted = pairs.filter(([counts]) => counts !== false);
  const unknown = counted.some(([counts, value]) => counts === UNKNOWN || value === UNKNOWN);
  return unknown ? UNKNOWN : counted.map(([, value]) => value);
}

function extreme(sign, pick) {
  return (pairs) => {
    const counted = values(pairs);
    return counted === UNKNOWN || !counted.length ? UNKNOWN : pick(counted, sign);
  };
}

function total(pairs) {
  const counted = values(pairs);
  return counted === UNKNOWN ? UNKNOWN : add(...counted);
}

function count(pairs) {
  const sure = pairs.filter(([counts]) => counts === true).length;
  const perhaps = pairs.filter(([counts]) => counts !== false).length;
  return [BigInt(sure) * SCALE, BigInt(perhaps) * SCALE];
}

function countDistinct(pairs) {
  const [sure, all] = [new Set(), new Set()];
  let [unnamed, some] = [0, 0];
  for (const [counts, value] of pairs.filter((pair) => pair[0] !== false)) {
    const exact = Array.isArray(value) ? value[0] === value[1] : value !== UNKNOWN;
    if (exact) {
      const name = Array.isArray(value) ? value[0] : value;
      all.add(name);
      if (counts) sure.add(name);
    } else {
      unnamed += 1;
      if (counts) some = 1;
    }
  }
  return [BigInt(Math.max(sure.size, some)) * SCALE, BigInt(all.size + unnamed) * SCALE];
}

function anyOf(pairs) {
  if (pairs.some(([counts]) => counts === true)) return true;
  return pairs.some(([counts]) => counts === UNKNOWN) ? UNKNOWN : false;
}

function everyOf(pairs) {
  if (pairs.some(([counts]) => counts === false)) return false;
  return pairs.some(([counts]) => counts === UNKNOWN) ? UNKNOWN : true;
}

// The row at a place among those that count; below 0 from the end.

function nthRow(pairs, place) {
  const ordered = place > 0 ? pairs : [...pairs].reverse();
  let left = Math.abs(place);
  for (const pair of ordered) {
    if (pair[0] === UNKNOWN) return pair;
    if (pair[0]) left -= 1;
    if (pair[0] && !left) return pair;
  }
  return null;
}

function nth(pairs, place) {
  const row = nthRow(pairs, place);
  return row === null || row[0] === UNKNOWN ? UNKNOWN : row[1];
}

const FOLDS = {
  any: anyOf,
  every: everyOf,
  count,
  count_distinct: countDistinct,
  sum: total,
  min: extreme(1, choose),
  max: extreme(-1, choose),
  span_min: extreme(1, chooseSpan),
  span_max: extreme(-1, chooseSpan),
  nth,
};

// Rows from the page and from the server

const isOwn = (entry) => entry !== null && typeof entry === "object" && entry.own === true;
const pageRows = (table, page, columns) =>
  [...page.rows(table)].sort((left, right) => left - right).map((row) => ({ row, columns }));

function framesOf(node, frames, page) {
  if (node.rows.own) return pageRows(node.rows.own, page);
  const around = frames[node.rows.depth];
  let [entries, columns] = [null, node.columns];
  if (around.values) entries = around.values[node.rows.at];
  else if (around.columns) {
    const live = around.columns[node.rows.at];
    if (live.own) return pageRows(live.own, page, live.columns);
    [entries, columns] = [page.given[live.at], live.columns];
  } else entries = page.given[node.rows.at];
  return entries.flatMap((entry) => {
    if (!isOwn(entry)) return [{ values: entry, row: null }];
    return node.rows.table ? pageRows(node.rows.table, page, columns) : [{ row: null, columns }];
  });
}

function given(node, frames, page) {
  const frame = frames[node.depth];
  if (frame.columns) return evaluate(frame.columns[node.at], frames, page);
  const entry = frame.values ? frame.values[node.at] : page.given[node.at];
  return isOwn(entry) ? evaluate(node.own, frames, page) : decode(entry, node.as);
}

function fold(node, frames, page) {
  const pairs = framesOf(node, frames, page).map((frame) => {
    const inner = [...frames.slice(0, node.depth), frame];
    const counts = node.where ? evaluate(node.where, inner, page) : true;
    return [counts, counts !== false && node.body ? evaluate(node.body, inner, page) : UNKNOWN];
  });
  return FOLDS[node.fold](pairs, node.place);
}

function missing(node, frames, page) {
  const { depth, table, row, field } = node.cell;
  const cell = page.cell(table, row ? frames[depth].row : null, field);
  return cell.state === "missing" && (node.code === null || cell.text === node.code);
}

function lookup(node, frames, page) {
  const code = evaluate(node.args[0], frames, page);
  return code !== UNKNOWN && Object.hasOwn(node.numbers, code) ? BigInt(node.numbers[code]) : UNKNOWN;
}

function cell(node, frames, page) {
  const place = [node.table, node.row ? frames[node.depth].row : null, node.field];
  return (node.entered ? page.entered(...place) : page.cell(...place)).seen;
}

const LEAVES = {
  const: (node) => decode(node.value, node.as),
  cell,
  given,
  missing,
  fold,
  lookup,
  today: (_node, _frames, page) => [page.today, page.today],
  rowno: (node, frames) =>
    frames[node.depth].row === null ? UNKNOWN : BigInt(frames[node.depth].row) * SCALE,
};

function evaluate(node, frames, page) {
  if (Object.hasOwn(LEAVES, node.op)) return LEAVES[node.op](node, frames, page);
  const run = (operand) => evaluate(operand, frames, page);
  if (Object.hasOwn(LAZY, node.op)) return LAZY[node.op](node.args, run);
  const arguments_ = node.args.map(run);
  return arguments_.includes(UNKNOWN) ? UNKNOWN : STRICT[node.op](...arguments_);
}

// Values as JSON, and as kinds.js has them

function decode(value, type) {
  if (value === null) return UNKNOWN;
  if (type === "NUMBER") return BigInt(value);
  return type === "SPREAD" ? value.map(BigInt) : value;
}

const SEEN = {
  SPREAD: boundsOf,
  DATE: (value) => ("d" in value ? [value.d, value.d] : [value.from, value.to]),
  TIME: ({ t }) => t,
  DATETIME: ({ s }) => s,
};

const seen = (value, type) => (Object.hasOwn(SEEN, type) ? SEEN[type](value) : value);

function partial([from, to]) {
  const [[year, month, day], [lastYear, lastMonth, lastDay]] = [civil(from), civil(to)];
  const whole = year === lastYear && day === 1 && lastDay === daysInMonth(lastYear, lastMonth);
  const isPartial = whole && (month === lastMonth || (month === 1 && lastMonth === 12));
  return from === to || isPartial ? { from, to } : UNKNOWN;
}

const UNSEEN = {
  bounded: parted,
  date: ([low, high]) => (low === high ? { d: low } : UNKNOWN),
  partial_date: partial,
  time: (t) => ({ t }),
  datetime: (s) => ({ s }),
  choices: (codes, field) => field.codes.map((entry) => entry.code).filter((code) => codes.includes(code)),
};

const unseen = (value, field) =>
  Object.hasOwn(UNSEEN, field.kind) ? UNSEEN[field.kind](value, field) : value;

const operators = [...Object.keys(STRICT), ...Object.keys(LAZY), "lookup", "today"];
const folds = Object.keys(FOLDS);

export {
  durationMinus,
  evaluate,
  folds,
  framesOf,
  isOwn,
  nthRow,
  operators,
  roundNumber,
  seen,
  spanLe,
  spanLt,
  unseen,
};
