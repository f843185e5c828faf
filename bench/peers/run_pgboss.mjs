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
await boss.insert(Array.from({ length: executions }, () => ({ name: "step", data: { number: 1 } })));

let ended = 0;
let finish;
const done = new Promise((resolve) => { finish = resolve; });
const began = performance.now();
// Ten workers, because each takes one batch every half second, its shortest interval.
const take = async (jobs) => {
  const next = jobs.filter((job) => job.data.number < 5);
  if (next.length) {
    await boss.insert(next.map((job) => ({ name: "step", data: { number: job.data.number + 1 } })));
  }
  ended += jobs.length - next.length;
  if (ended === executions) finish();
};
for (let worker = 0; worker < 10; worker++) {
  await boss.work("step", { batchSize: 1000, pollingIntervalSeconds: 0.5 }, take);
}
await done;
console.log(JSON.stringify({ seconds: (performance.now() - began) / 1000 }));
process.exit(0);
