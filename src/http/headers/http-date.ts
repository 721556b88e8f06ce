/**
 * Dates of HTTP (RFC 9110 §5.6.7): IMF-fixdate, and the two obsolete formats that a recipient must accept. Any
 * other text is not a date. `Date.parse` accepts much more, such as `0`, `86400`, other time zones and local time.
 */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = `(?<month>${MONTHS.join('|')})`;
const WEEKDAY = '(?:mon|tue|wed|thu|fri|sat|sun)';
/** A second of 60 is a leap second. */
const TIME = String.raw`(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d):(?<second>[0-5]\d|60)`;

/** Case-insensitive, as recommended for caches (RFC 9111 §4.2). */
const FORMS = [
  new RegExp(String.raw`^${WEEKDAY}, (?<day>\d\d) ${MONTH} (?<year>\d{4}) ${TIME} gmt$`, 'i'),
  new RegExp(
    String.raw`^(?:mon|tues|wednes|thurs|fri|satur|sun)day, (?<day>\d\d)-${MONTH}-(?<year>\d\d) ${TIME} gmt$`,
    'i',
  ),
  new RegExp(String.raw`^${WEEKDAY} ${MONTH} (?<day>\d\d| \d) ${TIME} (?<year>\d{4})$`, 'i'),
];

const YEARS_AHEAD = 50;

/**
 * @param now determines the century of two-digit years
 * @returns milliseconds since 1970; undefined for text that is not a date
 */
export function parseHttpDate(text: string | undefined, now = Date.now()): number | undefined {
  const value = text?.trim() ?? '';
  for (const form of FORMS) {
    const fields = form.exec(value)?.groups;
    if (fields !== undefined) return toTime(fields, now);
  }
  return undefined;
}

function toTime(fields: Readonly<Record<string, string>>, now: number): number | undefined {
  const { year = '', month = '', day, hour, minute, second } = fields;
  const date = (fullYear: number): Date => {
    const at = new Date(0);
    at.setUTCFullYear(fullYear, MONTHS.indexOf(month.toLowerCase()), Number(day));
    return at;
  };
  const instant = (fullYear: number): number =>
    date(fullYear).getTime() + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000;
  let fullYear = Number(year);
  if (year.length === 2) {
    const last = new Date(now);
    last.setUTCFullYear(last.getUTCFullYear() + YEARS_AHEAD);
    fullYear += Math.floor(last.getUTCFullYear() / 100) * 100;
    // A year more than 50 years ahead stands for the most recent year with these digits.
    if (instant(fullYear) > last.getTime()) fullYear -= 100;
  }
  // The date differs where the month does not have this day.
  return date(fullYear).getUTCDate() === Number(day) ? instant(fullYear) : undefined;
}
