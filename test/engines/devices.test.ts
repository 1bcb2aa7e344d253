import { describe, expect, test } from "vitest";
import { chooseDevice, type DeviceFinding } from "../../runtime/engines/onnx/choose-device.ts";
import { cudaMissing, DeviceError } from "../../runtime/engines/onnx/device.ts";
import { onnxEngineOn } from "../../runtime/engines/onnx/index.ts";
import { abawInProcess } from "../cli/in-process.ts";
import { tinyTraining } from "./tiny-training.ts";

const spec = "examples/quickstart.abaw";

describe("--device auto", () => {
  const choose = (found: Readonly<Record<"webgpu" | "cuda", Omit<DeviceFinding, "device">>>) =>
    chooseDevice(async (device) => ({ device, ...found[device] }));
  const absent = { gain: undefined, text: "it is not installed" };

  test("takes CUDA before WebGPU, and says what was measured", async () => {
    const found = { cuda: { gain: 9, text: "9 times" }, webgpu: { gain: 20, text: "20 times" } };
    expect(await choose(found)).toEqual({ device: "cuda", reason: "9 times" });
    expect(await choose({ ...found, cuda: absent })).toEqual({ device: "webgpu", reason: "20 times" });
  });

  test("takes the CPU where no device is much faster, and says of each why not", async () => {
    expect(await choose({ cuda: absent, webgpu: { gain: 1.5, text: "1.5 times" } })).toEqual({
      device: "cpu",
      reason: "cuda: it is not installed; webgpu: 1.5 times",
    });
  });
});

test("a device that there is not is the user's mistake: 1", async () => {
  const { status, err } = await abawInProcess(["train", spec, "--device", "tpu"]);
  expect([status, err]).toEqual([1, expect.stringContaining('--device takes cpu, webgpu, cuda or auto, not "tpu"')]);
});

describe.skipIf(cudaMissing() === undefined)("cuda without its libraries", () => {
  const help = /its libraries are not installed; `node .*install\.js --onnxruntime-node-install=cuda12` fetches them/;
  const message = process.platform === "linux" && process.arch === "x64" ? help : /CUDA on Linux with x64 alone/;

  test("is refused before anything is done, with the command that installs them", async () => {
    const { status, err } = await abawInProcess(["train", spec, "--device", "cuda"]);
    expect([status, err]).toEqual([1, expect.stringMatching(message)]);
  });

  test("opens no graph", async () => {
    const { program } = tinyTraining();
    await expect(onnxEngineOn("cuda").trainer(program)).rejects.toThrow(DeviceError);
  });
});
