import type { ListInboxRow } from "@pbdb/client";
import { useInbox } from "@pbdb/react";
import { useContext, useEffect, useRef } from "react";

import { change, changed, type Place, usePlace } from "../../address.ts";
import { useChosen } from "../../parts/chosen.ts";
import { useKeys } from "../../parts/keys.ts";
import { More } from "../../parts/more.tsx";
import { Time } from "../../parts/time.tsx";
import { Empty, Trouble, Waiting } from "../../parts/trouble.tsx";
import { MeContext } from "../../shell/me.ts";
import { Answer } from "./answer.tsx";
import { isQuick, Together } from "./together.tsx";

const EVERY = 3000;

export function Inbox() {
  const place = usePlace();
  const me = useContext(MeContext);
  const isMine = place.said.get("for") === "me";
  const playbookName = place.said.get("playbook") ?? undefined;
  const found = useInbox({
    limit: 50,
    ...(isMine && me?.actor ? { assignee: me.actor } : {}),
    ...(playbookName ? { playbookName } : {}),
  }, { refetchInterval: EVERY });
  const items = found.data ?? [];
  const at = Math.max(0, items.findIndex((each) => each.stepResultId === place.said.get("item")));
  const item = items[at];
  const chosen = useChosen();
  const go = (by: number) => {
    const next = items[Math.max(0, Math.min(items.length - 1, at + by))];
    if (next) change(place, { item: next.stepResultId });
  };
  useKeys({
    j: () => go(1),
    k: () => go(-1),
    x: () => item && isQuick(item) && chosen.toggle(item.stepResultId),
    Enter: () =>
      document.querySelector<HTMLElement>(".schema input, .schema select, .schema textarea")
        ?.focus(),
  });
  return (
    <>
      <div className="row">
        <h1>Inbox</h1>
        <span className="dim grow">
          who is waited for; j and k move, Enter leads to the form and sends it
        </span>
        <button
          type="button"
          className="chip"
          aria-pressed={isMine}
          title="Only what I may answer by name"
          onClick={() => change(place, { for: isMine ? undefined : "me", item: undefined })}
        >
          For me
        </button>
        {playbookName && (
          <button
            type="button"
            className="chip"
            aria-pressed="true"
            onClick={() => change(place, { playbook: undefined, item: undefined })}
          >
            playbook: <bdi className="short-text">{playbookName}</bdi>{" "}
            <span aria-hidden="true">×</span>
            <span className="hidden">, take away</span>
          </button>
        )}
      </div>
      <Trouble error={found.error} />
      <Together
        items={items.filter((each) => chosen.ids.has(each.stepResultId))}
        none={chosen.none}
      />
      {found.isPending ? <Waiting rows={6} /> : !item
        ? (
          <Empty>
            {isMine || playbookName ? "Nobody is waited for here." : (
              <>
                Nobody is waited for. A step of type <code>WAIT_FOR_INPUT</code> asks here.
              </>
            )}
          </Empty>
        )
        : (
          <div className="split">
            <div className="card scroll list-box">
              <ul className="list" aria-label="Items">
                {items.map((each) => (
                  <Item
                    key={each.stepResultId}
                    item={each}
                    isHere={each === item}
                    place={place}
                    chosen={chosen}
                  />
                ))}
              </ul>
              <More found={found} />
            </div>
            <section className="card" aria-label="Item">
              <Answer key={item.stepResultId} item={item} />
            </section>
          </div>
        )}
    </>
  );
}

function Item(props: {
  item: ListInboxRow;
  isHere: boolean;
  place: Place;
  chosen: ReturnType<typeof useChosen>;
}) {
  const { item, isHere, chosen } = props;
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (isHere) link.current?.scrollIntoView({ block: "nearest" });
  }, [isHere]);
  const name = item.executionName || item.playbookName;
  const number = item.itemIndex === undefined ? "" : ` · item ${item.itemIndex}`;
  return (
    <li className="row">
      {isQuick(item) && (
        <input
          type="checkbox"
          aria-label={`Choose ${name}${number}`}
          checked={chosen.ids.has(item.stepResultId)}
          onChange={() => chosen.toggle(item.stepResultId)}
        />
      )}
      <a
        ref={link}
        className="grow"
        href={changed(props.place, { item: item.stepResultId })}
        aria-current={isHere ? "true" : undefined}
      >
        <strong className="cut">
          <bdi>{name}</bdi>
          {number}
        </strong>
        <span className="cut" dir="auto">{item.prompt ?? item.stepName}</span>
        {item.itemIndex !== undefined && item.data != null && (
          <span className="cut dim code" dir="auto">{short(item.data)}</span>
        )}
        <span className="dim small">
          <Time at={item.waitingSince} />
          {item.timesOutAt && (
            <>
              {" "}· times out <Time at={item.timesOutAt} />
            </>
          )}
        </span>
      </a>
    </li>
  );
}

const short = (value: unknown) =>
  (typeof value === "string" ? value : JSON.stringify(value)).slice(0, 120);
