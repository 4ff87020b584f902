// Files that settings name, read once at the start.
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";

/** Trimmed; never throws. */
export function contentsOf(path: string): { readonly text: string } | { readonly why: string } {
  try {
    const text = readFileSync(path, "utf8").trim();
    return text === "" ? { why: `names an empty file: ${path}` } : { text };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    return { why: `names a file that cannot be read: ${path} (${code})` };
  }
}

/** The path of a file with one certificate or more; answers its contents, PEM. */
export const certificateFile = pemFile(certificatesOf, "certificate in PEM");

/** The path of a file with a private key that no passphrase protects; answers its contents, PEM. */
export const keyFile = pemFile(createPrivateKey, "private key in PEM, without a passphrase");

/** Whether the first certificate is that of the key. */
export function belongTogether(certificate: string, key: string): boolean {
  return certificatesOf(certificate)[0]?.checkPrivateKey(createPrivateKey(key)) === true;
}

function pemFile(read: (text: string) => unknown, what: string) {
  return z.string().transform((path, context) => {
    const contents = contentsOf(path);
    if ("why" in contents) {
      context.addIssue(contents.why);
      return z.NEVER;
    }
    try {
      read(contents.text);
      return contents.text;
    } catch {
      context.addIssue(`names a file that holds no ${what}: ${path}`);
      return z.NEVER;
    }
  });
}

function certificatesOf(text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new Error("There is no certificate.");
  return blocks.map((block) => new X509Certificate(block));
}
