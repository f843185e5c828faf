// Runs one piece of a step author's code, then exits. Started without any permission.
//
// It says "ready" and waits. The job comes as JSON on stdin: {nonce, language, source, entry,
// values, input, context, maxOutput, maxConsole}. `source` is a module whose default export is
// called once. The answer goes to stdout between two copies of the nonce, which the code cannot
// know: whatever else the code prints is not taken for its result.

import { stripTypeScriptTypes } from "node:module";

const { stringify, parse } = JSON;
const { exit, inspect } = Deno;
const write = Deno.stdout.writeSync.bind(Deno.stdout);
const encoder = new TextEncoder();
const encode = encoder.encode.bind(encoder);
const isFinite = Number.isFinite;
const ErrorClass = Error;
const text = String;
const slice = Function.prototype.call.bind(String.prototype.slice);

write(encode("ready\n"));
let job = parse(await new Response(Deno.stdin.readable).text());
const { nonce, maxOutput, maxConsole } = job;

let consoleText = "";
let done = false;

function record(level, values) {
  if (consoleText.length >= maxConsole) return;
  let line = level;
  for (let i = 0; i < values.length; i++) {
    line += " " + (typeof values[i] === "string" ? values[i] : inspect(values[i], { depth: 4 }));
  }
  consoleText = slice(consoleText + line + "\n", 0, maxConsole);
}

const consoleForCode = {};
for (const level of ["log", "info", "warn", "error", "debug", "trace", "dir", "table"]) {
  consoleForCode[level] = (...values) => record(level, values);
}
for (const name of ["group", "groupEnd", "time", "timeEnd", "assert", "count", "clear"]) {
  consoleForCode[name] = () => {};
}
globalThis.console = consoleForCode;

function answer(message) {
  if (done) return;
  done = true;
  message.console = consoleText;
  let bytes = encode("\n" + nonce + stringify(message) + nonce + "\n");
  while (bytes.length > 0) bytes = bytes.subarray(write(bytes));
  exit(0);
}

function fail(error, phase) {
  const isError = error instanceof ErrorClass;
  let name = "Error", message, stack = "";
  try {
    name = isError ? text(error.name) : "Error";
    message = isError ? text(error.message) : (typeof error === "string" ? error : inspect(error));
    stack = isError ? text(error.stack) : "";
  } catch {
    message = "an error that cannot be read";
  }
  answer({ ok: false, phase, name: slice(name, 0, 100), message: slice(message, 0, 4000), stack: slice(stack, 0, 8000) });
}

globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  fail(event.reason, "run");
});
globalThis.addEventListener("error", (event) => {
  event.preventDefault();
  fail(event.error, "run");
});

// JSON has no NaN, infinity or big integer; JSON.stringify would write null or throw.
function refuse(key, value) {
  if (typeof value === "number" && !isFinite(value)) {
    throw { unfit: `${key === "" ? "the result" : `"${key}"`} is ${text(value)}` };
  }
  if (typeof value === "bigint") {
    throw { unfit: `${key === "" ? "the result" : `"${key}"`} is a BigInt` };
  }
  return value;
}

// Deno would write what it compiles to its cache folder, which is gone by now. Blanking the types
// out keeps the author's lines and columns; enums and the like need the real transformation.
function javascript(source) {
  try {
    return stripTypeScriptTypes(source, { mode: "strip" });
  } catch {
    return stripTypeScriptTypes(source, { mode: "transform" });
  }
}

let call;
try {
  const source = job.language === "typescript" ? javascript(job.source) : job.source;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const module = await import(url);
  URL.revokeObjectURL(url);
  call = module.default;
  if (typeof call !== "function") throw new TypeError("the default export is not a function");
} catch (error) {
  fail(error, "load");
}

let result;
try {
  const { entry, input, context, values } = job;
  job = null;
  result = entry === "body"
    ? await call(input, context, consoleForCode, ...values)
    : await call(input, context);
} catch (error) {
  fail(error, "run");
}

try {
  const json = stringify(result, refuse);
  if (json !== undefined && encode(json).length > maxOutput) {
    answer({ ok: false, phase: "size", message: `${encode(json).length}` });
  }
  answer({ ok: true, value: json === undefined ? "null" : json });
} catch (error) {
  answer({ ok: false, phase: "result", message: error?.unfit ?? text(error?.message ?? error) });
}
