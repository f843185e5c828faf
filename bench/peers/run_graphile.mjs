// Graphile Worker: a job that adds the next one, five times. Arguments: URL, executions.
import { createRequire } from "node:module";

const require = createRequire(`${process.env.BENCH_NODE_MODULES}/`);
const { run, runMigrations, Logger } = require("graphile-worker");
const { Pool } = require("pg");

const found = new URL(process.argv[2].replace("@/", "@localhost/"));
const pgPool = new Pool({
  host: found.searchParams.get("host"),
  port: Number(found.searchParams.get("port")),
  user: found.username,
  database: found.pathname.slice(1),
  max: 54,
});
pgPool.on("error", () => {});
const executions = Number(process.argv[3]);
const logger = new Logger(() => () => {});

await runMigrations({ pgPool, logger });
await pgPool.query(
  `select graphile_worker.add_jobs(array(
     select row('step', '{"number": 1}', null, null, null, null, null, null)
       ::graphile_worker.job_spec from generate_series(1, $1)))`,
  [executions],
);

let ended = 0;
let finish;
const done = new Promise((resolve) => { finish = resolve; });
let began;
const runner = await run({
  pgPool,
  logger,
  noHandleSignals: true,
  concurrency: 50,
  preset: {
    worker: { localQueue: { size: 500 }, completeJobBatchDelay: 250, failJobBatchDelay: 250 },
  },
  taskList: {
    step: async ({ number }, { addJob }) => {
      began ??= performance.now();
      if (number < 5) await addJob("step", { number: number + 1 });
      else if (++ended === executions) finish();
    },
  },
});
await done;
console.log(JSON.stringify({ seconds: (performance.now() - began) / 1000 }));
await runner.stop();
process.exit(0);
