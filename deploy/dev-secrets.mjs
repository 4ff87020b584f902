// Makes what compose.yaml reads as secrets, at random, for this machine alone: `node deploy/dev-secrets.mjs [folder]`
// writes into deploy/secrets/. Never overwrites: Postgres keeps the password of its first start. To begin anew, remove
// the folder and the volume (`docker compose down --volumes`).
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2] ?? join(import.meta.dirname, "secrets");
if (existsSync(folder)) {
  process.stderr.write(`${folder} is there already: nothing was changed.\n`);
  process.exit(1);
}

const password = () => randomBytes(24).toString("hex");
const [postgres, redis] = [password(), password()];
const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

// The folder keeps others out; the files are read by the user of a container, who is none of this machine's.
mkdirSync(folder, { recursive: true, mode: 0o700 });
write("postgres-password", postgres);
write("database-url", `postgres://simulation:${postgres}@postgres:5432/simulation`);
write("redis.conf", `bind 0.0.0.0\nsave ""\nappendonly no\nmaxmemory 256mb\nrequirepass ${redis}\n`);
write("redis-url", `redis://:${redis}@redis:6379/0`);
write("auth-public-key.pem", publicKey.export({ type: "spki", format: "pem" }));
// Signs tokens; no container has it.
write("auth-private-key.pem", privateKey.export({ type: "pkcs8", format: "pem" }), 0o400);
process.stdout.write(`Made ${folder}.\n`);

function write(name, content, mode = 0o444) {
  writeFileSync(join(folder, name), content, { flag: "wx", mode });
}
