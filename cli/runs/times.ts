/** Times of runs as people read them. */

/** `2026-07-01 14:03:22` of the reader's time zone. */
export function timeText(iso: string): string {
  const time = new Date(iso);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}

/** `1 h 02 min`, `3 min 20 s`, `4.2 s`; undefined while it has not ended. */
export function durationText({ createdAt, finishedAt }: { createdAt: string; finishedAt: string | null }): string | undefined {
  return finishedAt === null ? undefined : spanText(Date.parse(finishedAt) - Date.parse(createdAt));
}

export function spanText(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}
