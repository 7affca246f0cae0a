// Days as the table has them: YYYY-MM-DD, in UTC, so that the whole plant writes into the same one.

const DAY = 86_400_000;
const long = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});
const short = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
const brief = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

export const today = () => new Date().toISOString().slice(0, 10);
export const shift = (day, days) => new Date(Date.parse(day) + days * DAY).toISOString().slice(0, 10);
export const daysAgo = (day) => Math.round((Date.parse(today()) - Date.parse(day)) / DAY);

/** `count` days that end with this one, the oldest first. */
export const daysUpTo = (day, count) => Array.from({ length: count }, (_, n) => shift(day, n + 1 - count));

/** "Saturday 21 November 2026", "Sat 21 Nov", "21 Nov". */
export const longDay = (day) => long.format(Date.parse(day)).replace(",", "");
export const shortDay = (day) => short.format(Date.parse(day)).replace(",", "");
export const briefDay = (day) => brief.format(Date.parse(day));

/** "today", "yesterday", "5 days ago", "in 2 days". */
export function relativeDay(day) {
  const ago = daysAgo(day);
  if (ago < 0) return ago === -1 ? "tomorrow" : `in ${-ago} days`;
  return ago === 0 ? "today" : ago === 1 ? "yesterday" : `${ago} days ago`;
}

/** "21 Nov, 10:30" on the reader's clock; what is no time stays as it is. */
export function clockTime(text) {
  const at = Date.parse(text);
  return Number.isNaN(at)
    ? (text ?? "")
    : `${new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short" })}, ${time.format(at)}`;
}
