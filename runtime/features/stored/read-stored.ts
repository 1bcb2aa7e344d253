import { readSafetensors } from "../../checkpoints/safetensors.ts";
import { FileWindow } from "../../headers/file-window.ts";
import { readHdf5 } from "../../headers/hdf5-header.ts";
import { UnreadHeader } from "../../headers/unread-header.ts";
import { openWorker } from "../../threads/open-worker.ts";
import { bytesAt } from "./file-bytes.ts";
import type { Hdf5Answer, Hdf5Request } from "./hdf5-worker.ts";
import { npyContent, numbersOfNpz } from "./npz-numbers.ts";
import { keepRows, numbersByPath, numbersByVideo } from "./pickle-numbers.ts";
import { keep, StoredError, type StoredNumbers, type StoredRequest, wholeVideo } from "./stored-numbers.ts";

/** Reads what a file has of some videos. Throws an Error that says what is wrong with the file. */
export async function readStored(layout: string, request: StoredRequest): Promise<StoredNumbers> {
  const { path } = request;
  switch (layout) {
    case "h5_video_frame":
      return numbersOfHdf5({ ...request, outer: "video" });
    case "h5_frame_video":
      return numbersOfHdf5({ ...request, outer: "frame" });
    case "npz_arrays":
      return FileWindow.over(path, (file) => numbersOfNpz(file, request));
    case "npy_by_video": {
      const { type, bytes } = FileWindow.over(path, (file) => npyContent(file, path));
      if (!type.endsWith("O"))
        throw new StoredError("its rows have no names of videos: save a dictionary of them, or use npz_arrays");
      return numbersByVideo(bytes, request);
    }
    case "pickle_by_path": {
      const size = FileWindow.over(path, (file) => file.size);
      return numbersByPath(bytesAt(path, 0, size), request);
    }
    case "safetensors":
      return numbersOfSafetensors(request);
    default:
      throw new Error(`the layout ${layout} is unknown`);
  }
}

/** A tensor for each video, with a row for each frame from 1. */
function numbersOfSafetensors(request: StoredRequest): StoredNumbers {
  const numbers: StoredNumbers = new Map();
  for (const [video, { data }] of readSafetensors(request.path).tensors) {
    if (!request.videos.has(video)) continue;
    if (!(data instanceof Float32Array)) throw new StoredError(`the video ${video} has no floats`);
    if (request.per === "video") keep(numbers, request, [video, wholeVideo], data);
    else keepRows(numbers, request, video, data);
  }
  return numbers;
}

function numbersOfHdf5(request: Hdf5Request): Promise<StoredNumbers> {
  checkHeader(request.path);
  return new Promise((resolve, reject) => {
    const worker = openWorker(new URL("./hdf5-worker.ts", import.meta.url), "hdf5-worker.mjs", request);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new StoredError(`what reads HDF5 ended with ${code}`)));
    worker.once("message", (answer: Hdf5Answer) => {
      if (answer.kind === "numbers") resolve(answer.numbers);
      else reject(new StoredError(answer.reason));
    });
  });
}

/** A file that is cut off is told by its header, within bounds. */
function checkHeader(path: string): void {
  try {
    FileWindow.over(path, readHdf5);
  } catch (problem) {
    if (!(problem instanceof UnreadHeader)) throw problem;
  }
}
