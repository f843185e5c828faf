// pg-boss: a job that sends the next one, five times. Arguments: URL, executions.
import { createRequire } from "node:module";

const require = createRequire(`${process.env.BENCH_NODE_MODULES}/`);
const module = require("pg-boss");
const PgBoss = module.PgBoss ?? module.default ?? module;

const found = new URL(process.argv[2].replace("@/", "@localhost/"));
const executions = Number(process.argv[3]);
const boss = new PgBoss({
  host: found.searchParams.get("host"),
  port: Number(found.searchParams.get("port")),
  user: found.username,
  database: found.pathname.slice(1),
  max: 20,
});
boss.on("error", (error) => console.error(error));
await boss.start();
await boss.createQueue("step");
await boss.insert("step", Array.from({ length: executions }, () => ({ data: { number: 1 } })));

let ended = 0;
let began;
let finish;
const done = new Promise((resolve) => { finish = resolve; });
const take = async (jobs) => {
  began ??= performance.now();
  const next = jobs.filter((job) => job.data.number < 5);
  if (next.length) {
    await boss.insert("step", next.map((job) => ({ data: { number: job.data.number + 1 } })));
  }
  ended += jobs.length - next.length;
  if (ended === executions) finish();
};
// A worker that got a full batch asks again at once; an idle one every half second, its least.
await boss.work(
  "step",
  { batchSize: 1000, localConcurrency: 10, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true },
  take,
);
await done;
console.log(JSON.stringify({ seconds: (performance.now() - began) / 1000 }));
process.exit(0);
