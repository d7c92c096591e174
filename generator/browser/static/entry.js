/* What a person types, turned into the text that the study keeps: the twin of forms_spec/entry.

   understand(text, field, env)  canonical text, or the typed text without blanks at its ends
   env = {today: "2024-04-18", dateOrder: "dmy", "mdy" or null}

   Load after kinds.js. */
import {
  asciiLower,
  codeOf,
  durationText,
  isoDay,
  namedBy,
  parse,
  plainBlanks,
  readDay,
  stripBlanks,
  write,
} from "./kinds.js";

const OTHER_BREAKS = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;
const NUMBER = /^([+\-\u2212]?)([0-9]*)(?:([.,])([0-9]*))?$/;
const LIMIT = /^(<=|=<|>=|=>|<|>|\u2264|\u2265)? ?([^]*)$/;
const SPELT = new Map([
  ["=<", "<="],
  ["=>", ">="],
  ["\u2264", "<="],
  ["\u2265", ">="],
]);
const HALF = "(?: ?([ap])\\.?m\\.?)?";
const MARKED = new RegExp(`^([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2}))?${HALF}$`);
const DIGITS = new RegExp(`^([0-9]{1,2})([0-9]{2})([0-9]{2})?${HALF}$`);
const HOUR = new RegExp(`^([0-9]{1,2})()()${HALF}$`);
const RELATIVE = /^(?:today|t)(?: ?([+-]) ?([0-9]{1,4}))?$/;
const WORDS = /[0-9]+|[a-z]+|[^0-9a-z]+/gu;
const WORD = /^[0-9a-z]/;
const SEPARATORS = ["", " ", "-", "/", ".", ","];
const ISO_MOMENT = /^([0-9]{4}-[0-9]{2}-[0-9]{2})t/;
const LONGEST_MOMENT = 64; // every blank is tried as the border of date and time
const UNKNOWN = ["un", "unk"];
const BOOLEANS = new Map([
  ["true", "true"],
  ["y", "true"],
  ["yes", "true"],
  ["false", "false"],
  ["n", "false"],
  ["no", "false"],
]);
const MONTH_NUMBERS = new Map([["sept", 9]]);
[
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
].forEach((name, index) => MONTH_NUMBERS.set(name, index + 1).set(name.slice(0, 3), index + 1));

// Numbers

function writtenNumber(match) {
  const [, sign, whole, , decimals = ""] = match;
  if (!whole && !decimals) return null;
  const minus = sign === "" || sign === "+" ? "" : "-";
  return minus + (whole.replace(/^0+/, "") || "0") + (decimals ? `.${decimals}` : "");
}

function readInteger(text) {
  const match = NUMBER.exec(text);
  return match && !match[3] ? writtenNumber(match) : null;
}

function readDecimal(text) {
  const match = NUMBER.exec(text);
  if (!match || (match[3] === "," && [0, 3].includes(match[4].length))) return null;
  return writtenNumber(match);
}

// A comparator with or without a blank, in any of its spellings

function readBounded(text) {
  const [, comparator = "", rest] = LIMIT.exec(plainBlanks(text));
  const number = readDecimal(rest);
  return number === null ? null : (SPELT.get(comparator) || comparator) + number;
}

// Choices

function readChoice(text, field) {
  if (codeOf(text, field)) return text;
  const named = namedBy(text, field);
  return named.length === 1 ? named[0] : null;
}

function readChoices(text, field) {
  for (const parts of [[text], text.split(";"), text.split(",")]) {
    const codes = parts.map((part) => readChoice(stripBlanks(part), field));
    if (!codes.includes(null)) return codes.join(";");
  }
  return null;
}

// Times

function hourOfDay(hour, half) {
  if (!half) return hour;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half === "p" ? 12 : 0);
}

function readClock(text) {
  const typed = asciiLower(plainBlanks(text));
  const digits = DIGITS.exec(typed);
  const match = MARKED.exec(typed) || digits || HOUR.exec(typed);
  if (!match || (digits && match[3] && match[1].length === 1)) return null;
  const [, hour, minute, second, half] = match;
  if (!minute && !half) return null;
  const onDay = hourOfDay(Number(hour), half);
  if (onDay === null) return null;
  return `${String(onDay).padStart(2, "0")}:${minute || "00"}${second ? `:${second}` : ""}`;
}

// Dates. Parts are [year, month, day]; 0 stands for a part that is unknown or left out.

function writtenParts([year, month, day]) {
  const pad = (number, width) => String(number).padStart(width, "0");
  return pad(year, 4) + (month ? `-${pad(month, 2)}` : "") + (day ? `-${pad(day, 2)}` : "");
}

const yearOf = (word) => (/^[0-9]{4}$/.test(word) ? Number(word) : null);

function numberOf(word) {
  if (UNKNOWN.includes(word)) return 0;
  return /^[0-9]{1,2}$/.test(word) ? Number(word) || null : null;
}

function numericParts(year, monthWord, dayWord) {
  const month = numberOf(monthWord);
  const day = numberOf(dayWord);
  return month === null || day === null || month > 12 || day > 31 ? null : [year, month, day];
}

function oneWord(word) {
  if (/^[0-9]{4}$/.test(word)) return [Number(word), 0, 0];
  if (!/^[0-9]{8}$/.test(word)) return null;
  const [month, day] = [Number(word.slice(4, 6)), Number(word.slice(6))];
  return month && day ? [Number(word.slice(0, 4)), month, day] : null;
}

function twoWords(first, other) {
  const [year, monthWord] = yearOf(other) === null ? [yearOf(first), other] : [yearOf(other), first];
  if (year === null) return null;
  const month = MONTH_NUMBERS.has(monthWord) ? MONTH_NUMBERS.get(monthWord) : numberOf(monthWord);
  return month !== null && month <= 12 ? [year, month, 0] : null;
}

function threeWords(words, even, order) {
  const yearFirst = yearOf(words[0]);
  const year = yearFirst || yearOf(words[2]);
  if (year === null) return null;
  const [first, other] = yearFirst ? words.slice(1) : words;
  const named = [first, other].filter((word) => MONTH_NUMBERS.has(word));
  if (named.length) {
    const day = numberOf(first === named[0] ? other : first);
    return named.length === 1 && day !== null ? [year, MONTH_NUMBERS.get(named[0]), day] : null;
  }
  if (!even) return null;
  const dayFirst = numericParts(year, other, first);
  const monthFirst = numericParts(year, first, other);
  if (yearFirst || order === "mdy") return monthFirst;
  if (order === "dmy") return dayFirst;
  const alike = dayFirst && monthFirst && String(dayFirst) === String(monthFirst);
  return alike || !monthFirst ? dayFirst : dayFirst ? null : monthFirst;
}

function dateParts(typed, order) {
  const pieces = typed.match(WORDS) || [];
  const words = pieces.filter((piece) => WORD.test(piece));
  if (!words.length || !WORD.test(pieces[0]) || !WORD.test(pieces[pieces.length - 1])) return null;
  const separators = pieces
    .filter((piece) => !WORD.test(piece))
    .map((piece) => piece.replace(/^ +| +$/g, "") || " ");
  if (separators.some((separator) => !SEPARATORS.includes(separator))) return null;
  if (words.length === 1) return oneWord(words[0]);
  if (words.length === 2) return twoWords(words[0], words[1]);
  if (words.length !== 3) return null;
  return threeWords(words, separators.length === 2 && separators[0] === separators[1], order);
}

function relativeDay(match, env) {
  const days = Number(match[2] || 0);
  return isoDay(readDay(env.today) + (match[1] === "-" ? -days : days));
}

function readDate(text, env, enough) {
  const typed = asciiLower(plainBlanks(text));
  const match = RELATIVE.exec(typed);
  if (match) return relativeDay(match, env);
  const parts = dateParts(typed, env.dateOrder);
  return parts && enough(parts) ? writtenParts(parts) : null;
}

const readFullDate = (text, field, env) => readDate(text, env, ([, month, day]) => month && day);
const readPartialDate = (text, field, env) => readDate(text, env, ([, month, day]) => month || !day);

function readMoment(text, field, env) {
  if (text.length > LONGEST_MOMENT) return null;
  const typed = asciiLower(plainBlanks(text)).replace(ISO_MOMENT, "$1 ");
  const moments = new Set();
  for (let border = typed.indexOf(" "); border >= 0; border = typed.indexOf(" ", border + 1)) {
    const day = readFullDate(stripBlanks(typed.slice(0, border).replace(/,+$/, "")), field, env);
    const clock = readClock(typed.slice(border + 1));
    if (day && clock) moments.add(`${day}T${clock}`);
  }
  return moments.size === 1 ? [...moments][0] : null;
}

// Durations. A bare m is a month after years, a minute after hours, and else nobody knows.

const DURATION_UNITS = new Map(
  [
    ["y", "yr", "yrs", "year", "years"],
    ["mo", "mos", "mon", "mth", "mths", "month", "months"],
    ["d", "day", "days"],
    ["h", "hr", "hrs", "hour", "hours"],
    ["min", "mins", "minute", "minutes"],
    ["s", "sec", "secs", "second", "seconds"],
  ].flatMap((words, unit) => words.map((word) => [word, unit])),
);
const WEEK_WORDS = ["w", "wk", "wks", "week", "weeks"];
const ISO_WEEKS = /^p([0-9]{1,5}w)$/;
const ISO_DURATION = /^p[0-9t][0-9a-z]*$/;
const AMOUNT = /([0-9]{1,6}) ?([a-z]+)[ ,]*/y;
const [YEARS, MONTHS, DAYS, HOURS, MINUTES] = [0, 1, 2, 3, 4];

function partOf(word, last) {
  if (word === "m") return last === YEARS ? MONTHS : last === HOURS ? MINUTES : null;
  return WEEK_WORDS.includes(word) ? DAYS : DURATION_UNITS.has(word) ? DURATION_UNITS.get(word) : null;
}

function readDuration(text) {
  const typed = asciiLower(plainBlanks(text));
  if (ISO_DURATION.test(typed) && !ISO_WEEKS.test(typed)) return typed.toUpperCase();
  const rest = typed.replace(ISO_WEEKS, "$1");
  const counts = [0, 0, 0, 0, 0, 0];
  let [position, last, weeks] = [0, -1, false];
  while (position < rest.length) {
    AMOUNT.lastIndex = position;
    const match = AMOUNT.exec(rest);
    const part = match && partOf(match[2], last);
    if (!match || part === null) return null;
    const isWeeks = WEEK_WORDS.includes(match[2]);
    if (part < last || (part === last && !(weeks && !isWeeks))) return null;
    counts[part] += Number(match[1]) * (isWeeks ? 7 : 1);
    [position, last, weeks] = [AMOUNT.lastIndex, part, isWeeks];
  }
  return last < 0 ? null : durationText(counts);
}

const READERS = {
  text: (text, field) => (field.multiline ? text.replace(OTHER_BREAKS, "\n") : text.replace(/\t+/g, " ")),
  integer: readInteger,
  decimal: readDecimal,
  bounded: readBounded,
  boolean: (text) => BOOLEANS.get(asciiLower(text)) || null,
  date: readFullDate,
  partial_date: readPartialDate,
  time: readClock,
  datetime: readMoment,
  duration: readDuration,
  choice: readChoice,
  choices: readChoices,
  file: (text) => text,
};

function accepted(text, field) {
  const parsed = parse(text, field);
  if (!parsed.ok) return null;
  return field.kind === "choices" ? write(parsed.value, field) : text;
}

function missingCode(typed, field) {
  if (!typed.startsWith(".")) return null;
  const wanted = asciiLower(typed.slice(1));
  const reasons = field.missing.filter((reason) => asciiLower(reason.code) === wanted);
  return reasons.length === 1 ? reasons[0].code : null;
}

function understand(text, field, env) {
  const typed = stripBlanks(text);
  if (!typed || field.missing.some((entry) => entry.code === typed)) return typed;
  const reason = missingCode(typed, field);
  if (reason && field.kind === "text") return reason;
  const kept = accepted(text, field);
  if (kept !== null) return kept;
  const read = READERS[field.kind](typed, field, env);
  const meant = read === null ? null : accepted(read, field);
  if (reason) return meant ? typed : reason;
  return meant === null ? typed : meant;
}

export { understand };
