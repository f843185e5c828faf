"""What the console's pictures and tests look at: a shop's ordinary day, and data beyond measure."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

from build import Tenant, function, transform

LONG: Final = "a-very-long-name-without-any-space-" * 5
ARABIC: Final = "معالجة الفواتير الشهرية للعملاء"
CHINESE: Final = "每月发票处理与客户通知"
_HANDLERS: Final = ["CUSTOM_FUNCTION", "AGENT_EXECUTION", "API_CALL"]
_USAGE: Final = {"model": "openai:gpt-5-mini", "input_tokens": 812, "output_tokens": 164}

Outcome = Mapping[str, Any] | Exception
Work = Callable[[dict[str, Any]], Outcome | None]


def wait(name: str, prompt: str, **config: Any) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": ["approved"],
        "properties": {"approved": {"type": "boolean"}, "note": {"type": "string"}},
    }
    return {
        "name": name,
        "type": "WAIT_FOR_INPUT",
        "config": {"prompt": prompt, "schema": schema, **config},
    }


def choice(name: str, when: str, then: str, default: str, **fields: Any) -> dict[str, Any]:
    config = {"branches": [{"when": when, "then": then}], "default": default}
    return {"name": name, "type": "CONDITIONAL_BRANCH", "config": config, **fields}


ORDER: Final[list[dict[str, Any]]] = [
    function("check stock", description="Asks the warehouse."),
    choice("in stock?", '$steps."check stock".output.left > 0', "charge card", "back order"),
    function("charge card", on_failure="tell customer", max_retries=1, retry_delay_seconds=0),
    {
        "name": "prepare",
        "type": "PARALLEL_EXECUTION",
        "config": {"join": "all"},
        "branches": {
            "parcel": [function("pack"), function("book courier")],
            "papers": [transform("invoice", {"total": "$input.total"})],
        },
    },
    wait("release", "Shall order {{ input.order }} over {{ input.total }} € leave the house?"),
    transform("done", {"shipped": True}, is_final=True),
    transform("back order", {"shipped": False}, is_final=True),
    transform("tell customer", {"told": "$error.message"}, is_final=True),
]
REPORTS: Final[list[dict[str, Any]]] = [
    {
        "name": "each document",
        "type": "PARALLEL_EXECUTION",
        "config": {
            "for_each": "$input.documents",
            "max_parallel": 100,
            "on_branch_failure": "continue",
        },
        "steps": [
            {
                "name": "read",
                "type": "AGENT_EXECUTION",
                "input_mapping": {"document": "$item"},
                "max_retries": 0,
                "config": {"agent": "reader", "prompt": "Sum up {{ document }} in one sentence."},
            },
            transform("keep", {"line": "$steps.read.output.output"}),
        ],
    },
    transform("join", {"lines": '$steps."each document".output'}),
]


class Shop:
    """One tenant with playbooks, and a runner that does what a test says it does."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    def call(self, query: str, *values: Any) -> Any:
        return self.tenant.one(query, *values)

    def start(self, name: str, value: Any, title: str | None = None) -> str:
        return str(
            self.call(
                "select pbdb.start_playbook(%s, %s, p_execution_name => %s)",
                name,
                Jsonb(value),
                title,
            )
        )

    def work(self, done: Mapping[str, Work], *, rounds: int = 50, pace: float = 0.0) -> None:
        """Claim and report until nothing of these steps is left; what has no work stays leased."""
        for _ in range(rounds):
            claimed = self.tenant.claim(*_HANDLERS, limit=500, worker="w1", lease=3600)
            time.sleep(pace)
            for row in claimed:
                told = done[row["step_name"]](row) if row["step_name"] in done else None
                if told is not None:
                    self._report(row, told)
            if not claimed:
                return

    def _report(self, row: dict[str, Any], told: Outcome) -> None:
        ids, tokens = [row["step_result_id"]], [row["token"]]
        if isinstance(told, Exception):
            error = {"code": told.args[0], "message": told.args[1], "stack": told.args[2]}
            query = "select pbdb.fail_playbook_steps('w1', %s, %s, %s::jsonb[])"
            self.tenant.worker.execute(query, (ids, tokens, [Jsonb(error)]))
            return
        is_agent = row["step_type"] == "AGENT_EXECUTION"
        usage = [Jsonb({**_USAGE, "latency_ms": 900, "cost_usd": 0.0021}) if is_agent else None]
        query = "select pbdb.complete_playbook_steps('w1', %s, %s, %s::text[], %s::jsonb[])"
        self.tenant.worker.execute(query, (ids, tokens, [json.dumps(told)], usage))


DECLINED: Final = Exception(
    "CARD_DECLINED",
    "the bank refused the card: limit reached",
    'Traceback (most recent call last):\n  File "charge.py", line 31, in charge\n'
    "    receipt = bank.debit(card, amount)\nbank.Declined: limit reached\n",
)
GOOD: Final[dict[str, Work]] = {
    "check stock": lambda _row: {"left": 3},
    "charge card": lambda _row: {"receipt": "R-1"},
    "pack": lambda _row: {"weight_kg": 2.4},
    "book courier": lambda _row: {"tracking": "JD-0042"},
    "read": lambda row: {
        "output": f"About {row['input']['document']}.",
        "usage": None,
        "model": "m",
    },
}


def define(shop: Shop) -> None:
    """The playbooks of the shop."""
    shop.call("select pbdb.define_agent('reader', 'openai:gpt-5-mini', 'Be short.')")
    tenant = shop.tenant
    tenant.apply(
        *ORDER,
        name="order",
        description="From the order to the parcel.",
        category="shop",
        input_schema={
            "type": "object",
            "required": ["order", "total"],
            "properties": {
                "order": {"type": "string", "title": "Order number"},
                "total": {"type": "number", "title": "Total in €", "minimum": 0},
                "gift": {"type": "boolean", "description": "Wrapped, without the invoice."},
            },
        },
    )
    tenant.apply(*REPORTS, name="reports", description="Reads documents, many at once.")
    call = {"name": "ship", "type": "CUSTOM_FUNCTION", "config": {"playbook": "order"}}
    tenant.apply(call, transform("sum up", {"ok": True}), name="season", description="Calls order.")


def triggers(shop: Shop, playbook: str, names: list[str]) -> None:
    """A schedule, an event, and one that is off."""
    input_ = Jsonb({"order": "standing", "total": 9.5})
    define = "select pbdb.define_trigger(%s, %s, %s, %s, %s, %s, %s, %s)"
    none = Jsonb({})
    shop.call(define, names[0], playbook, "30 6 * * 1-5", "Europe/Vienna", None, none, input_, True)
    shop.call(define, names[1], playbook, None, "UTC", "order paid", none, input_, True)
    shop.call(define, names[2], playbook, "0 0 1 1 *", "UTC", None, none, input_, False)


_SPREAD = """
update pbdb.playbook_executions as e
set
    created_at = now() - n.n * interval '37 minutes',
    started_at = now() - n.n * interval '37 minutes',
    completed_at = now() - n.n * interval '37 minutes' + interval '1 s' * (1 + n.n %% 9)
from (
    select x.id, row_number() over (order by x.id desc) as n
    from pbdb.playbook_executions as x
    inner join pbdb.playbooks as p on p.id = x.playbook_id
    where x.organization_id = %s and p.name = %s and x.completed_at is not null
) as n
where e.id = n.id
"""


def history(shop: Shop, owner: psycopg.Connection[Any], name: str, count: int) -> None:
    """Executions of the last days, every eighth of which failed."""
    shop.tenant.apply(
        transform("weigh", {"kg": "$input.kg"}), function("label", max_retries=0), name=name
    )
    for at in range(count):
        shop.start(name, {"kg": at})
    failed = Exception("PRINTER_JAM", "paper is stuck in tray 2", "")
    shop.work({"label": lambda row: failed if row["input"]["kg"] % 8 == 3 else {"done": True}})
    with owner.transaction():
        owner.execute("set local session_replication_role = replica")
        owner.execute(_SPREAD, (shop.tenant.organization, name))


def ordinary(shop: Shop) -> dict[str, str]:
    """A day of the shop: one execution of each kind, by what is to be seen in it."""
    define(shop)
    order = {"order": "A-1043", "total": 129.5}
    seen = {"completed": shop.start("order", {**order, "order": "A-1040"}, "Order A-1040")}
    shop.work(GOOD, pace=0.15)
    shop.call(
        "select pbdb.submit_step_input(%s, 'release', %s)",
        seen["completed"],
        Jsonb({"approved": True}),
    )
    seen["waiting"] = shop.start("order", order, "Order A-1043")
    shop.work(GOOD, pace=0.05)
    seen["handled"] = shop.start("order", {**order, "order": "A-1041"}, "Order A-1041")
    shop.work({**GOOD, "charge card": lambda _row: DECLINED}, pace=0.05)
    documents = [f"contract-{number:03}.pdf" for number in range(1, 41)]
    seen["items"] = shop.start("reports", {"documents": documents}, "Contracts of November")

    def read(row: dict[str, Any]) -> Outcome | None:
        number = int(row["input"]["document"][9:12])
        if number in (7, 21):
            return Exception("MODEL_REFUSED", f"page {number} cannot be read", "")
        return GOOD["read"](row) if number < 30 else None

    shop.work({**GOOD, "read": read}, pace=0.1)
    seen["child"] = shop.start("season", {"order": "S-1", "total": 10}, "Season S-1")
    shop.work(GOOD)
    shop.tenant.apply(
        transform("before", {"at": 1}), function("send mail", max_retries=0), name="newsletter"
    )
    seen["failed"] = shop.start("newsletter", {}, "Newsletter 48")
    shop.work({"send mail": lambda _row: Exception("SMTP_DOWN", "no route to mail.example", "")})
    triggers(shop, "order", ["every morning", "when it is paid", "new year"])
    seen["running"] = shop.start("order", {**order, "order": "A-1044"}, "Order A-1044")
    shop.work({"check stock": GOOD["check stock"]}, pace=0.05)
    return seen


def extreme(shop: Shop) -> dict[str, str]:
    """Names, errors, branches, steps and items beyond what any screen is made for."""
    tenant = shop.tenant
    branches = {
        f"فرع {at}" if at % 2 else f"分支 {at} {LONG[:60]}": [transform(f"步骤 {at}", {"at": at})]
        for at in range(40)
    }
    tenant.apply(
        {
            "name": LONG,
            "type": "PARALLEL_EXECUTION",
            "config": {"join": "all"},
            "branches": branches,
        },
        *(transform(f"step {at}", "$input") for at in range(299)),
        function(f"{ARABIC} {CHINESE}", max_retries=0),
        name=ARABIC,
        description=f"{CHINESE} {LONG}",
    )
    seen = {"steps": shop.start(ARABIC, {"text": LONG * 20}, f"{CHINESE} {ARABIC} {LONG}")}
    words = "The answer of the upstream service was not what anybody had expected. " * 60
    stack = "\n".join(f"  at module.function{at} (file{at}.ts:{at}:7) {LONG}" for at in range(80))
    shop.work({f"{ARABIC} {CHINESE}": lambda _row: Exception("UPSTREAM_" + "X" * 80, words, stack)})
    shop.call("select pbdb.define_agent('reader', 'openai:gpt-5-mini', 'Be short.')")
    tenant.apply(*REPORTS, name=CHINESE, description=ARABIC)
    seen["items"] = shop.start(CHINESE, {"documents": list(range(2000))}, ARABIC)
    shop.work({"read": _read}, rounds=60)
    tenant.apply(wait("ask", f"{ARABIC}؟ {LONG}" * 3), name=LONG[:200], description=LONG)
    seen["waiting"] = shop.start(LONG[:200], {"text": ARABIC})
    triggers(shop, CHINESE, [LONG[:250], ARABIC, CHINESE])
    return seen


def _read(row: dict[str, Any]) -> Outcome | None:
    number = row["input"]["document"]
    if number % 97 == 3:
        return Exception("MODEL_REFUSED", f"{ARABIC} {number} " + "cannot be read " * 30, "")
    return {"output": f"{CHINESE} {number}", "usage": None, "model": "m"} if number < 1900 else None
