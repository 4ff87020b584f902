import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { redacted, redactor } from "../../src/core/redacted.ts";

const jwt = `eyJhbGciOiJSUzI1NiJ9.${Buffer.from('{"sub":"ada"}').toString("base64url")}.c2lnbmF0dXJl_-x`;

describe("a redacted text", () => {
  it.each([
    ["cannot reach postgres://ada:s3cret@db:5432/x", "cannot reach postgres://***@db:5432/x"],
    ["rediss+sentinel://:s3/cr@et@a:1,b:2/main", "rediss+sentinel://***@a:1,b:2/main"],
    ["http://token@h/x and https://u:p@i/y", "http://***@h/x and https://***@i/y"],
    [`got ${jwt}.`, "got ***"],
    [`access_token=${jwt}&x=1`, "access_token=***&x=1"],
    ["Authorization: Bearer abc.def-ghi", "Authorization: ***"],
    ["sent bearer abc123==, refused", "sent bearer ***, refused"],
    ["cookie: session=abc; other=def\nhost: h", "cookie: ***\nhost: h"],
    ['{"Authorization":"Basic YWRhOng="}', '{"Authorization":"***"}'],
    ['{"password":"a\\"b@c","user":"ada"}', '{"password":"***","user":"ada"}'],
    ['{"set-cookie": ["a=1","b=2"],"x":1}', '{"set-cookie": "***","x":1}'],
    [
      '{"msg":"{\\"clientSecret\\":\\"abc\\",\\"x\\":1}"}',
      '{"msg":"{\\"clientSecret\\":\\"***\\",\\"x\\":1}"}',
    ],
  ])("of %j is without its secret", (text, expected) => {
    expect(redacted(text)).toBe(expected);
  });

  it.each([
    "An engine answers at engine.example.com:7000, version 1.2.3.",
    "https://app.example.com/path?x=1",
    "ada@example.com asks for http://h/x",
    '{"fencingToken":7,"correlationId":"01a20c7b-ed2d-7059-9d50-8312ac909b0c"}',
    "basic information about the cookie jar",
    "https://example.com/eyJ",
  ])("is %j itself where nothing in it is secret", (text) => {
    expect(redacted(text)).toBe(text);
  });

  it("is made in a time that grows with its length only", () => {
    for (const hostile of [
      "://",
      "eyJ-",
      "eyJa.",
      "bearer ",
      '"token":[',
      '\\"token\\":\\"',
      "authorization: ",
      "a",
    ]) {
      const long = hostile.repeat(50_000 / hostile.length);
      expect(redacted(long).length).toBeGreaterThan(0);
    }
  });
});

describe("a log of whole lines", () => {
  it("shows no known secret, nor what looks like one, in messages, facts, causes and properties of errors", () => {
    const lines: string[] = [];
    const hide = redactor(['s3cr"et\\word', "Short1", "messages"]);
    const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(hide(line)) });
    const cause = Object.assign(new Error("refused: postgres://ada:hunter2@db/x"), {
      command: { name: "auth", args: ["ada", 's3cr"et\\word'] },
      input: "redis://:hunter2@cache",
    });
    const error = new AggregateError([cause], "all failed", { cause: new Error("why", { cause }) });
    log.error({ err: error, headers: { authorization: "Bearer hunter2" } }, `Bearer hunter2 and ${jwt}`);
    log.warn({ nested: { deep: { cookie: "id=hunter2" } } }, 'with s3cr"et\\word, in Short1 messages');
    const said = lines.join("");
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
    for (const secret of ["hunter2", "et\\\\word", "eyJ"]) expect(said).not.toContain(secret);
    expect(said).toContain("in Short1 messages");
    expect(said).toContain("postgres://***@db/x");
  });
});
