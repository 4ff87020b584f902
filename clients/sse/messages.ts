// The format of server-sent events, as this service writes it: https://html.spec.whatwg.org/multipage/server-sent-events.html

export interface Message {
  readonly event: string;
  readonly data: string;
}

/** The messages of a body, as they come. `heard` is called for each chunk, comments included. */
export async function* messagesOf(
  body: ReadableStream<Uint8Array>,
  heard: () => void,
): AsyncGenerator<Message, void> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      // What is left then has not come whole, and comes again.
      if (done) return;
      heard();
      text += decoder.decode(value, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) if (!block.startsWith(":")) yield messageOf(block);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function messageOf(block: string): Message {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [name, value = ""] = line.split(/: ?(.*)/s);
    if (name === "event") event = value;
    if (name === "data") data.push(value);
  }
  return { event, data: data.join("\n") };
}
