/** Moments as people read them, always with their time zone near. Pure: the zone is a parameter. */

/** Milliseconds and the rest below them, from nanoseconds since 1970. */
export function momentOf(startNs: string): { ms: number; microseconds: string } {
  const ns = BigInt(startNs);
  return { ms: Number(ns / 1_000_000n), microseconds: String((ns / 1000n) % 1000n).padStart(3, '0') };
}

export function formatDate(ms: number, timeZone?: string): string {
  return parts(ms, timeZone, { year: 'numeric', month: '2-digit', day: '2-digit' }, 'sv');
}

export function formatTime(ms: number, timeZone?: string): string {
  return parts(
    ms,
    timeZone,
    { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
    'sv',
  );
}

/** `2026-11-21 10:57:43.230104 UTC` */
export function formatMoment(startNs: string, timeZone?: string): string {
  const { ms, microseconds } = momentOf(startNs);
  const fraction = String(ms % 1000).padStart(3, '0');
  return `${formatDate(ms, timeZone)} ${formatTime(ms, timeZone)}.${fraction}${microseconds} ${zoneName(ms, timeZone)}`;
}

export function zoneName(ms: number, timeZone?: string): string {
  const format = new Intl.DateTimeFormat('en', {
    ...(timeZone !== undefined && { timeZone }),
    timeZoneName: 'short',
  });
  return format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** How long ago, roughly: `12 s`, `5 min`, `3 h`, `2 d`. */
export function formatAge(ageMs: number): string {
  const seconds = Math.max(0, ageMs) / 1000;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

function parts(
  ms: number,
  timeZone: string | undefined,
  options: Intl.DateTimeFormatOptions,
  locale: string,
): string {
  return new Intl.DateTimeFormat(locale, {
    ...options,
    ...(timeZone !== undefined && { timeZone }),
  }).format(ms);
}
