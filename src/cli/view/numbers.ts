// Numbers for people: short, with their unit.

/** Three digits that matter: 0.123, 1.23, 12.3, 123, 1,234. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 99.95) return grouped(Math.round(value));
  if (size >= 9.995) return value.toFixed(1);
  if (size >= 0.9995 || size < 0.0005) return size < 0.0005 ? "0" : value.toFixed(2);
  return value.toFixed(3);
}

export function grouped(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** A latency in s, in the unit that reads best. */
export function latency(seconds: number): string {
  if (seconds <= 0) return "0 ms";
  if (seconds < 0.0009995) return `${short(seconds * 1e6)} µs`;
  if (seconds < 0.9995) return `${short(seconds * 1e3)} ms`;
  return `${short(seconds)} s`;
}

/** A part in [0,1]. Never 0 % or 100 % of what is not quite none or all. */
export function percent(part: number): string {
  const value = part * 100;
  if (value === 0 || value === 100) return `${value} %`;
  if (value > 0 && value < 0.05) return "<0.1 %";
  if (value < 100 && value > 99.95) return ">99.9 %";
  return `${value.toFixed(1)} %`;
}

/** Simulated s. */
export function simulated(seconds: number): string {
  return `${seconds.toLocaleString("en-US", { maximumFractionDigits: 1 })} s`;
}

/** Wall time in s as a clock: 0:07, 12:34, 1:02:03. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** How long ago, in s: 12 s, 5 min, 3 h, 2 d. */
export function ago(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** Simulated s per wall s. */
export function speedText(speed: number): string {
  return speed === 0 ? "as fast as possible" : `speed ${speed}×`;
}
