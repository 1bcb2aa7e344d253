import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { explainFailure } from "../../cli/exit-code.ts";
import { jsonSchemas } from "../../cli/json-schemas.ts";
import { commands } from "../../cli/main.ts";
import { readManifest } from "../../runtime/run/manifest.ts";
import { abaw, interruptedAt } from "./abaw.ts";
import { abawInProcess } from "./in-process.ts";
import { jsonOf } from "./json-of.ts";

const folder = mkdtempSync(join(tmpdir(), "abaw-cli-"));
const spec = "spec.abaw";
const set = ["--set", 'faces.root="faces"', "--set", "stage.duration=1 epochs"];
const say = (...words: string[]) => abaw(words, folder);

beforeAll(() => {
  copyFileSync(fileURLToPath(new URL("../check/right.abaw", import.meta.url)), join(folder, spec));
  writeFileSync(join(folder, "std_only.abaw"), 'use "std/aff2.abaw"\n');
  expect(
    say("data", "synth", "--out", "faces", "--videos", "8", "--frames", "12", "--seed", "2", "--size", "32").status,
  ).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("abaw check", () => {
  test("says that a right spec is right", () => {
    const { status, out } = say("check", spec);
    expect([status, out]).toEqual([0, "spec.abaw is right: 4 stages, 1 assembly, 1 export\n"]);
  });

  test("prints every mistake with its place, its line, carets and a suggestion, and writes nothing", () => {
    const wrong = readFileSync(join(folder, spec), "utf8")
      .replace("-> face\n", "-> fase\n")
      .replace("opset: 17", "opset: 3");
    writeFileSync(join(folder, "wrong.abaw"), wrong);
    const before = readdirSync(folder);
    const { status, err } = say("train", "wrong.abaw");
    expect(status).toBe(1);
    expect(err).toContain("error[unknown-name]: there is no module or function named `fase`\n  --> wrong.abaw:14:16\n");
    expect(err).toContain("14 |   x = image -> fase\n   |                ^^^^\n   = help: did you mean `face`?");
    expect(err).toContain("wrong.abaw:44:23");
    expect(err).toContain("2 errors");
    expect(readdirSync(folder)).toEqual(before);
  });

  test("as JSON has its schema, right or wrong", () => {
    jsonOf(jsonSchemas.check, say("check", spec, "--json").out);
    writeFileSync(join(folder, "broken.abaw"), "a = (1\nb = = 2\n");
    const { status, out } = say("check", "broken.abaw", "--json");
    expect(status).toBe(1);
    expect(jsonOf(jsonSchemas.check, out)).toMatchObject({ ok: false });
  });

  test.each([
    [["check", "none.abaw"], "there is no file none.abaw"],
    [["check", "faces"], "is a folder"],
    [["check", spec, "--profile", "toy"], "no profile named `toy`"],
    [["check", spec, "--set", "batch"], "path=value"],
    [["check", spec, "--set", "together.batc=3"], "did you mean `batch`"],
    [["eval", spec], "abaw train spec.abaw"],
    [["report", "nowhere"], "report.json"],
    [["compile", spec, "--target", "tflite"], "onnx, onnx-train or torch"],
    [
      ["compile", spec, "--target", "onnx", "--set", "final.au=mean([alone(au).au -> threshold(0.4), alone(au).au])"],
      "cannot write the export of a blend with `threshold` inside",
    ],
    [
      ["compile", spec, "--target", "onnx-train", "--set", "together.params.face=frozen(until: 1 epochs)"],
      "one graph for all steps",
    ],
    [
      ["compile", spec, "--target", "onnx-train", "--set", "together.balance=mgda()"],
      "--target onnx-train cannot write",
    ],
    [["compile", spec, "--target", "torch", "--set", "together.balance=mgda()"], "--target torch cannot write"],
    [
      ["data", "pack", spec, "--stage", "together", "--to", "packed", "--set", "together.sample=balanced(expr)"],
      "every row once; `abaw train` trains it",
    ],
    [["data", "synth", "--out", "faces"], "is not empty"],
    [["submit"], "a spec is missing"],
    [["submit", spec], "submits nothing"],
    [["submit", "--check", "none.txt"], "there is no such annotation file"],
    [["submit", "--check", spec], `${spec}:1: the header must be image,valence,arousal,expression,aus`],
    [["data", "synth", "--out", "x", "--videos", "many"], "--videos"],
    [["data", "stats", "std_only.abaw"], "no stage"],
  ])("%j is the user's mistake: 1, and what to do", async (words, message) => {
    const { status, err } = await abawInProcess(words, folder);
    expect([status, err.includes(message) ? message : err]).toEqual([1, message]);
  });

  test("a challenge's file that is as it should be is told so, and what is wrong as JSON", () => {
    const line = `a/1.jpg,0,0,1${",0".repeat(12)}`;
    writeFileSync(join(folder, "sent.txt"), `image,valence,arousal,expression,aus\n${line}\n`);
    writeFileSync(join(folder, "list.txt"), "image\na/2.jpg,\n");
    expect(say("submit", "--check", "sent.txt")).toMatchObject({
      status: 0,
      out: "sent.txt: as the challenge wants it\n",
    });
    const { status, out } = say("submit", "--check", "sent.txt", "--list", "list.txt", "--json");
    expect([status, jsonOf(jsonSchemas.checkedSubmission, out)]).toEqual([
      1,
      {
        file: "sent.txt",
        ok: false,
        mistakes: [
          { line: 2, message: '"a/1.jpg" is not in the list' },
          { line: null, message: "1 of the list's 1 images is missing, such as a/2.jpg" },
        ],
      },
    ]);
  });

  test("so is a command that there is none of", () => {
    const { status, err } = say("tarin", spec);
    expect([status, err]).toEqual([1, expect.stringContaining("unknown command")]);
  });
});

test("every command has help with an example", async () => {
  for (const { load } of Object.values(commands)) {
    const command = await load();
    for (const each of [command, ...command.commands]) {
      let help = "";
      each.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      expect(help, each.name()).toMatch(/^Usage: /);
      expect(help, each.name()).toMatch(/Example:\n {2}\$ abaw /);
    }
  }
  const { status, out } = say("check", "--help");
  expect([status, out.split("\n")[0]]).toEqual([0, "Usage: abaw check [options] <spec>"]);
});

describe("a run", () => {
  test("is planned, trained, judged, exported and reported, each with the schema of its JSON", () => {
    jsonOf(jsonSchemas.plan, say("plan", spec, "--json", ...set).out);
    jsonOf(jsonSchemas.stats, say("data", "stats", spec, "--json", ...set).out);
    const trained = say("train", spec, "--json", ...set);
    expect([trained.status, trained.err]).toEqual([0, ""]);
    const scores = jsonOf(jsonSchemas.train, trained.out);
    const judged = jsonOf(jsonSchemas.eval, say("eval", spec, "--json", ...set).out);
    expect(scores).toEqual({ ...Object(judged), failed: [], left: [] });
    const run = join(folder, "runs", "spec");
    const manifest = readManifest(run);
    expect(manifest.stages.map(({ kept }) => kept > 0)).toEqual([true, true, true, true]);
    expect(manifest.data.map(({ synthetic }) => synthetic)).toEqual([true]);
    expect(readFileSync(join(run, "spec", "spec.abaw"), "utf8")).toBe(readFileSync(join(folder, spec), "utf8"));
    for (const { folder: stage } of manifest.stages) {
      expect(readdirSync(join(run, stage)).toSorted()).toEqual(
        expect.arrayContaining(["checkpoints", "events.out.tfevents.0.abaw", "metrics.jsonl", "resolved.json"]),
      );
    }
    const page = readFileSync(join(run, "report.html"), "utf8");
    expect(page).toContain("are drawn, not taken");
    expect(page).not.toMatch(/(src|href)="http/);
    jsonOf(jsonSchemas.report, say("report", "runs/spec", "--json").out);
    const exported = say("export", spec, "--json", "--to", "models", ...set);
    expect(exported.status).toBe(0);
    const { models } = jsonOf(jsonSchemas.export, exported.out) as {
      models: { path: string; difference: number; checks: unknown[] }[];
    };
    expect(models.map(({ path, difference }) => [existsSync(join(folder, path)), difference < 1e-5])).toEqual([
      [true, true],
    ]);
    // Two tasks at five shapes.
    expect(models[0]?.checks.length).toBe(10);
    const predicted = say("predict", spec, "--part", "test", ...set);
    expect(predicted.out.split("\n")[0]).toBe("image,AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26,valence");
    expect(predicted.out.trim().split("\n").length).toBe(1 + 12);
    const other = say("eval", spec, "--set", 'faces.root="faces"');
    expect([other.status, other.err]).toEqual([
      1,
      expect.stringContaining('made with --set "faces.root=\\"faces\\"" --set "stage.duration=1 epochs"'),
    ]);
    const cached = say("train", spec, ...set);
    expect(cached.err.match(/nothing to do/g)?.length).toBe(4);
  }, 120_000);

  test("that is interrupted ends with 130 and a checkpoint; the same command goes on", async () => {
    const words = [
      "train",
      spec,
      "--out",
      "runs/stopped",
      "--set",
      'faces.root="faces"',
      "--set",
      "stage.duration=4 epochs",
    ];
    const { status, err } = await interruptedAt("epoch 1", words, folder);
    expect([status, err]).toEqual([
      130,
      expect.stringContaining("the same command goes on from the checkpoint in runs/stopped"),
    ]);
    expect(existsSync(join(folder, "runs/stopped/lock"))).toBe(false);
    expect(say(...words).status).toBe(0);
  }, 120_000);

  test("trained on TensorFlow.js says so, and is judged alike on the default engine", () => {
    const trained = say("train", spec, "--engine", "tfjs", "--out", "runs/tfjs", "--json", ...set);
    const { engine } = readManifest(join(folder, "runs/tfjs"));
    expect(engine).toMatch(/^tfjs \(.*\d\)$/);
    expect([trained.status, trained.err]).toEqual([0, expect.stringContaining(`engine: ${engine}\n`)]);
    const judged = say("eval", spec, "--out", "runs/tfjs", "--json", ...set);
    const scoresOf = (text: string) => {
      const { results, overall } = JSON.parse(text);
      return JSON.stringify({ results, overall }, (_, x) => (typeof x === "number" ? x.toFixed(4) : x));
    };
    expect(scoresOf(judged.out)).toBe(scoresOf(trained.out));
    const { status, err } = say("train", spec, "--engine", "keras", ...set);
    expect([status, err]).toEqual([1, expect.stringContaining('--engine takes onnx, tfjs or torch, not "keras"')]);
  }, 120_000);

  test("compiles to graphs without weights", () => {
    jsonOf(jsonSchemas.compile, say("compile", spec, "--target", "onnx-train", "--to", "graphs", "--json").out);
    expect(readdirSync(join(folder, "graphs")).length).toBe(4);
  });

  test("in use by another process is left alone", () => {
    mkdirSync(join(folder, "runs", "busy"), { recursive: true });
    writeFileSync(join(folder, "runs", "busy", "lock"), `${process.pid} ${hostname()}`);
    const { status, err } = say("train", spec, "--out", "runs/busy", ...set);
    expect([status, err]).toEqual([1, expect.stringContaining(`in use by process ${process.pid}`)]);
  });

  test("with bad rows stops and names them, or leaves them out and lists them", () => {
    const bad = mkdtempSync(join(folder, "bad-"));
    const name = bad.slice(folder.length + 1);
    for (const file of ["training_set_annotations.txt", "validation_set_annotations.txt"]) {
      copyFileSync(join(folder, "faces", file), join(bad, file));
    }
    const file = join(bad, "training_set_annotations.txt");
    const lines = readFileSync(file, "utf8").trim().split("\n");
    const missing = lines[3]?.split(",")[0] ?? "";
    writeFileSync(file, `${[...lines, "100/00999.jpg,2,0,0,0,0,0,0,0,0,0,0,0,0,0,0"].join("\n")}\n`);
    mkdirSync(join(bad, "cropped_aligned"));
    for (const line of [
      ...lines,
      ...readFileSync(join(bad, "validation_set_annotations.txt"), "utf8").trim().split("\n"),
    ].filter((each) => each.includes("/"))) {
      const [image = ""] = line.split(",");
      mkdirSync(join(bad, "cropped_aligned", image, ".."), { recursive: true });
      if (image !== missing)
        copyFileSync(join(folder, "faces", "cropped_aligned", image), join(bad, "cropped_aligned", image));
    }
    const words = [
      "train",
      spec,
      "--out",
      "runs/bad",
      "--set",
      `faces.root="${name}"`,
      "--set",
      "stage.duration=1 epochs",
    ];
    const refused = say(...words);
    expect([refused.status, refused.err]).toEqual([
      1,
      expect.stringContaining(`training_set_annotations.txt:${lines.length + 1}: valence is 2`),
    ]);
    const skipped = say(...words, "--on-bad-row", "skip");
    expect(skipped.status).toBe(0);
    expect(skipped.err).toContain("2 rows were left out");
    expect(skipped.err).toContain(`training_set_annotations.txt:${lines.length + 1}: valence is 2`);
    expect(skipped.err).toContain(`training_set_annotations.txt:4: the image ${missing} is missing`);
  }, 120_000);
});

test("the doctor's findings have their schema", () => {
  jsonOf(jsonSchemas.doctor, say("doctor", "--json").out);
});

test("what nobody foresaw is our mistake: 2", () => {
  expect(explainFailure(new Error("unforeseen"), false)).toBe(2);
});
