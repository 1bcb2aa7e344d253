import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

const programs = ["munged", "slurmctld", "slurmd", "sbatch"];

/** Whether Slurm (Debian's slurm-wlm and munge) is here and may be started; CI_SLURM=required makes it a failure that it is not. */
export function slurmHere(): boolean {
  const missing = programs.filter((name) => {
    try {
      execFileSync("sh", ["-c", `command -v ${name}`], { stdio: "ignore" });
      return false;
    } catch {
      return true;
    }
  });
  const found = missing.length === 0 && process.getuid?.() === 0;
  if (!found && process.env["CI_SLURM"] === "required")
    throw new Error(`CI_SLURM is required; missing: ${missing.join(", ") || "the rights to start it"}`);
  return found;
}

/** A cluster of this machine alone, with its own munge, in a folder of its own. */
export class OneNodeSlurm {
  readonly #folder = mkdtempSync(join(tmpdir(), "abaw-slurm-"));
  readonly #daemons: ChildProcess[] = [];
  /** What its programs are to find in the environment. */
  readonly environment = { SLURM_CONF: join(this.#folder, "slurm.conf") };

  async start(): Promise<void> {
    const at = (name: string) => join(this.#folder, name);
    // munge's socket is in a folder that everybody may enter.
    chmodSync(this.#folder, 0o755);
    for (const name of ["spool", "state", "run", "log"]) mkdirSync(at(name), { mode: 0o755 });
    writeFileSync(at("munge.key"), randomBytes(1024), { mode: 0o400 });
    const host = hostname().split(".")[0] ?? "localhost";
    const [controller, node] = await freePorts(2);
    const settings = {
      ClusterName: "test",
      SlurmctldHost: `${host}(127.0.0.1)`,
      SlurmctldPort: controller,
      SlurmdPort: node,
      SlurmUser: "root",
      SlurmdUser: "root",
      AuthType: "auth/munge",
      AuthInfo: `socket=${at("run/munge.socket")}`,
      CredType: "cred/munge",
      ProctrackType: "proctrack/pgid",
      TaskPlugin: "task/none",
      MpiDefault: "none",
      SwitchType: "switch/none",
      ReturnToService: 2,
      SchedulerType: "sched/backfill",
      SelectType: "select/cons_tres",
      SelectTypeParameters: "CR_CPU",
      StateSaveLocation: at("state"),
      SlurmdSpoolDir: at("spool"),
      SlurmctldPidFile: at("run/slurmctld.pid"),
      SlurmdPidFile: at("run/slurmd.pid"),
      SlurmctldLogFile: at("log/slurmctld.log"),
      SlurmdLogFile: at("log/slurmd.log"),
      AccountingStorageType: "accounting_storage/none",
      JobAcctGatherType: "jobacct_gather/none",
      JobCompType: "jobcomp/none",
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    lines.push(`NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN`);
    lines.push(`PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP`);
    writeFileSync(this.environment.SLURM_CONF, `${lines.join("\n")}\n`);
    this.#daemon("munged", [
      "--foreground",
      `--key-file=${at("munge.key")}`,
      `--socket=${at("run/munge.socket")}`,
      `--pid-file=${at("run/munged.pid")}`,
      `--log-file=${at("log/munged.log")}`,
      `--seed-file=${at("run/munge.seed")}`,
    ]);
    await this.#until(() =>
      execFileSync("munge", ["--no-input", `--socket=${at("run/munge.socket")}`], { stdio: "ignore" }),
    );
    this.#daemon("slurmctld", ["-D"]);
    this.#daemon("slurmd", ["-D"]);
    await this.#until(() => {
      const said = execFileSync("sinfo", ["--noheader", "--format=%T"], {
        env: { ...process.env, ...this.environment },
      });
      if (said.toString().trim() !== "idle") throw new Error("no node is idle");
    });
  }

  async stop(): Promise<void> {
    for (const daemon of this.#daemons.reverse()) {
      const over = new Promise((resolve) => daemon.once("exit", resolve));
      if (daemon.exitCode === null && daemon.kill()) await over;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #daemon(name: string, words: readonly string[]): void {
    const env = { ...process.env, ...this.environment };
    this.#daemons.push(spawn(name, [...words], { stdio: "ignore", env }));
  }

  async #until(ready: () => unknown): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        ready();
        return;
      } catch (problem) {
        if (tries === 150) throw problem;
      }
      await setTimeout(200);
    }
  }
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      await new Promise((resolve) => server.close(resolve));
      if (address === null || typeof address === "string") throw new Error("a server has a port");
      return address.port;
    }),
  );
}
