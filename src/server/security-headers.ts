// On every answer. What is no page shows nothing, loads nothing, and is framed by nobody; a page says by itself what it
// needs. Strict-Transport-Security is said by what ends TLS before the service.
import type { ServerResponse } from "node:http";

export const securityHeaders: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  // Pages that may call do so by CORS, which this leaves alone.
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

export function secure(response: ServerResponse): void {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
}
