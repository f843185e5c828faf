"""`pbdb types`: what is committed is what the database is, and what the specification says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from pbdb.server.types import typescript as types_of
from server import Database
from web.typescript import COMPILERS, WEB, compile_strictly

SPECIFICATION = """
import * as pbdb from "./types.ts";

interface Playbook {
  id: string; organizationId: string; name: string; description?: string; version: number;
  status: pbdb.PlaybookStatus; tags?: string[]; category?: string; agentId?: string;
  schemaVersion: number; inputSchema: Record<string, any>; outputSchema: Record<string, any>;
  timeoutSeconds: number; maxRetries: number; retryDelaySeconds: number;
  metadata?: Record<string, any>; createdBy?: string; updatedBy?: string; createdAt: string;
  updatedAt: string;
}
// The specification has timeoutSeconds and maxRetries of every step; here a step may leave them to
// its type and its playbook.
interface PlaybookStep {
  id: string; playbookId: string; stepName: string; stepType: pbdb.PlaybookStepType;
  stepOrder: number; description?: string; config: Record<string, any>;
  inputSchema: Record<string, any>; outputSchema: Record<string, any>;
  inputMapping: Record<string, any>; condition?: Record<string, any>; onSuccessStepId?: string;
  onFailureStepId?: string; isOptional: boolean; metadata?: Record<string, any>;
  createdAt: string; updatedAt: string;
}
interface PlaybookExecution {
  id: string; playbookId: string; organizationId: string; executionName?: string;
  status: pbdb.PlaybookExecutionStatus; triggeredBy?: string; triggerSource: string;
  inputData: Record<string, any>; outputData: Record<string, any>; errorMessage?: string;
  errorStack?: string; startedAt?: string; completedAt?: string; durationMs?: number;
  currentStepId?: string; completedSteps: number; totalSteps?: number;
  metadata?: Record<string, any>; createdAt: string; updatedAt: string;
}
interface PlaybookStepResult {
  id: string; executionId: string; stepId: string; status: pbdb.StepResultStatus;
  attemptNumber: number; inputData: Record<string, any>; outputData: Record<string, any>;
  errorMessage?: string; errorStack?: string; startedAt?: string; completedAt?: string;
  durationMs?: number; metadata?: Record<string, any>; createdAt: string; updatedAt: string;
}
export const fits = (
  a: pbdb.Playbook, b: pbdb.PlaybookStep, c: pbdb.PlaybookExecution, d: pbdb.PlaybookStepResult,
): [Playbook, PlaybookStep, PlaybookExecution, PlaybookStepResult] => [a, b, c, d];

export const timeouts: {
  PLAYBOOK: 3600; STEP: 300; AGENT_EXECUTION: 600; API_CALL: 30; DATABASE_QUERY: 60;
} = pbdb.DEFAULT_TIMEOUTS;
export const retries: { MAX_RETRIES: 3; RETRY_DELAY_SECONDS: 30; BACKOFF_MULTIPLIER: 2 } =
  pbdb.DEFAULT_RETRY_CONFIG;
export const status: pbdb.PlaybookStatus = pbdb.PlaybookStatus.ACTIVE;
export const kinds: pbdb.PlaybookStepType[] = Object.values(pbdb.PlaybookStepType);
// @ts-expect-error there is no such status
export const wrong: pbdb.PlaybookExecutionStatus = "WAITING";
"""
OPTIONS = {
    "noEmit": True,
    "target": "es2022",
    "module": "esnext",
    "moduleResolution": "bundler",
    "allowImportingTsExtensions": True,
    "lib": ["es2023", "dom", "dom.iterable"],
    "types": [],
}


def pbdb(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pbdb", *arguments], capture_output=True, text=True, check=False
    )


def test_what_is_committed_is_what_the_database_says(database: Database) -> None:
    with psycopg.connect(database.url("app")) as connection:
        wanted = types_of(connection)
    kept = (WEB / "client" / "types.ts").read_text(encoding="utf-8")
    assert kept == wanted, "`make schema` writes src/pbdb/web/client/types.ts anew"


def test_the_command_writes_what_the_live_catalog_has(
    database: Database, owner: psycopg.Connection, tmp_path: Path
) -> None:
    owner.execute("alter table pbdb.playbooks add column favourite_colour text")
    owner.execute("comment on column pbdb.playbooks.favourite_colour is 'Blue, no: yel*/low.'")
    owner.commit()
    printed = pbdb("types", "--lang", "ts", "--url", database.url("app"))
    assert printed.returncode == 0, printed.stderr
    assert "  favouriteColour?: string;\n" in printed.stdout
    file = tmp_path / "types.ts"
    assert pbdb("types", "--url", database.url("app"), "--out", str(file)).returncode == 0
    assert file.read_text() == printed.stdout
    assert compile_strictly("typescript", tmp_path, OPTIONS) == ""


def test_it_says_what_it_cannot_do(database: Database, tmp_path: Path) -> None:
    nowhere = pbdb("types", "--url", database.url("app"), "--out", str(tmp_path / "no" / "x.ts"))
    assert nowhere.returncode == 1 and "No such file" in nowhere.stderr
    other = pbdb("types", "--lang", "cobol")
    assert other.returncode == 2 and "cobol" in other.stderr


@pytest.mark.parametrize("compiler", COMPILERS)
def test_the_specifications_types_enums_and_constants_are_there(
    tmp_path: Path, compiler: str
) -> None:
    (tmp_path / "types.ts").write_text((WEB / "client" / "types.ts").read_text())
    (tmp_path / "specification.ts").write_text(SPECIFICATION)
    assert compile_strictly(compiler, tmp_path, OPTIONS) == ""


@pytest.mark.parametrize("compiler", COMPILERS)
def test_the_packages_sources_fit(compiler: str, tmp_path: Path) -> None:
    paths = {"@pbdb/client": [str(WEB / "client" / "mod.ts")]}
    strictest = {"exactOptionalPropertyTypes": True, "noUncheckedIndexedAccess": True}
    for name in ("client", "react"):
        target = tmp_path / name
        target.mkdir()
        for each in (WEB / name).glob("*.ts*"):
            (target / each.name).write_text(each.read_text())
    modules = tmp_path / "node_modules"
    modules.symlink_to(WEB / "node_modules")
    options = OPTIONS | strictest | {"jsx": "react-jsx", "skipLibCheck": True, "paths": paths}
    assert compile_strictly(compiler, tmp_path, options) == ""
