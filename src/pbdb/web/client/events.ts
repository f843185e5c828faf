// Server-sent events as they come over fetch, which can send headers and sees the status.

export interface ServerEvent {
  id: string;
  kind: string;
  data: string;
}

/** The events of a body. `beat` is called for everything that arrives, comments too. */
export async function* events(
  body: ReadableStream<Uint8Array>,
  beat: () => void = () => {},
): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let event: ServerEvent = { id: "", kind: "message", data: "" };
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      beat();
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line !== "") {
          read(line, event);
          continue;
        }
        if (event.data !== "") yield { ...event, data: event.data.slice(0, -1) };
        event = { id: event.id, kind: "message", data: "" };
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function read(line: string, event: ServerEvent) {
  const colon = line.indexOf(":");
  if (colon === 0) return;
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
  if (name === "id" && !value.includes("\0")) event.id = value;
  else if (name === "event") event.kind = value;
  else if (name === "data") event.data += `${value}\n`;
}
