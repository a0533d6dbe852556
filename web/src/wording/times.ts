const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds as a person says them: '48 s', '3 min 5 s', '2 h 10 min'. */
export function duration(seconds: number | null): string {
  if (seconds === null) return "–";
  const whole = Math.round(seconds);
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min ${whole % MINUTE} s`;
  const minutes = Math.round(whole / MINUTE);
  if (whole < DAY) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.floor(whole / DAY)} d ${Math.round((whole % DAY) / HOUR)} h`;
}

/** Seconds from one time to another, or to now; null where it has not begun. */
export function secondsBetween(from: string | null, to: string | null, now: number): number | null {
  if (from === null) return null;
  return Math.max(0, ((to === null ? now : Date.parse(to)) - Date.parse(from)) / 1000);
}

/** How long ago it was: 'now', '5 min ago', 'yesterday' is '1 d ago'; older than a month is its day. */
export function ago(time: string | null, now: number): string {
  if (time === null) return "–";
  const seconds = Math.max(0, (now - Date.parse(time)) / 1000);
  if (seconds < 10) return "now";
  if (seconds < MINUTE) return `${Math.floor(seconds)} s ago`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ago`;
  if (seconds < 31 * DAY) return `${Math.floor(seconds / DAY)} d ago`;
  return time.slice(0, 10);
}

/** A time in full, in UTC, as logs have it. */
export function exact(time: string): string {
  return `${time.slice(0, 19).replace("T", " ")} UTC`;
}
