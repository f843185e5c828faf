import type { GetExecutionRow, Picture } from "@pbdb/client";
import { useMemo } from "react";

import { Pill } from "../../parts/status.tsx";
import { span } from "../../parts/time.tsx";
import { Bar, tookOf, useWindow } from "./bars.tsx";
import type { Standing } from "./state.ts";

interface Props {
  it: GetExecutionRow;
  standing: Map<string, Standing>;
  live: Picture | undefined;
  isOver: boolean;
  selected: string | undefined;
  href: (step: string) => string;
}

/** The same as the graph, as a table: what a screen reader is given, and who likes lists. */
export function List(props: Props) {
  const window = useWindow(props.it, props.isOver);
  const depth = useMemo(() => depths(props.standing), [props.standing]);
  return (
    <div className="scroll steps" tabIndex={0} role="region" aria-label="Steps">
      <table>
        <thead>
          <tr>
            <th>Step</th>
            <th>Status</th>
            <th className="num">Attempts</th>
            <th className="optional">When</th>
            <th className="num">Took</th>
          </tr>
        </thead>
        <tbody>
          {[...props.standing.values()].map((each) => {
            const { node, row, status } = each;
            const isCounted = each.isEach || node.stepType === "PARALLEL_EXECUTION";
            return (
              <tr key={node.stepId} data-active={props.selected === node.stepName}>
                <td className="wide">
                  <div className={`depth-${Math.min(depth.get(node.stepName) ?? 0, 4)}`}>
                    <a href={props.href(node.stepName)} dir="auto">{node.stepName}</a>
                    <span className="cut dim">
                      {node.stepType.toLowerCase().replaceAll("_", " ")}
                      {node.branch !== undefined && (
                        <>
                          {" "}· <bdi>{node.branch}</bdi>
                        </>
                      )}
                    </span>
                  </div>
                </td>
                <td>
                  {status ? <Pill status={status} /> : (
                    <span className="pill planned">
                      <span aria-hidden="true">·</span> {props.isOver ? "Not reached" : "Planned"}
                    </span>
                  )}
                  {isCounted && each.note && <div className="dim counts">{each.note}</div>}
                </td>
                <td className="num">{row?.attempts || ""}</td>
                <td className="optional">
                  {row?.firstStartedAt && <Bar standing={each} attempts={[]} window={window} />}
                </td>
                <td className="num">
                  {row?.firstStartedAt ? span(tookOf(each, window)) : ""}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function depths(standing: Map<string, Standing>): Map<string, number> {
  const found = new Map<string, number>();
  const depth = (name: string): number => {
    const known = found.get(name);
    if (known !== undefined) return known;
    const parent = standing.get(name)?.node.parentStepName;
    const made = parent === undefined ? 0 : depth(parent) + 1;
    found.set(name, made);
    return made;
  };
  for (const name of standing.keys()) depth(name);
  return found;
}
