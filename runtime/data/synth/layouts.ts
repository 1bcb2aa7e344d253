import { drawnName } from "../../../compiler/library/drawn-videos.ts";
import { sAffWild2 } from "../../../compiler/library/s-aff-wild2.ts";
import { uniform } from "../loader/random.ts";
import type { DrawnFrame, DrawnPart } from "./drawn-frames.ts";
import { labelsOf, type ShownLabels, shownLabels } from "./shown-labels.ts";

/** How a format lays out what is drawn. */
export interface DrawnLayout {
  readonly dense: boolean;
  readonly videosOfPerson: number;
  /** Where a frame's picture lies, below the folder; undefined where a frame has none. */
  imageOf(frame: DrawnFrame): string | undefined;
  /** Texts of annotation files by path below the folder. */
  annotations(frames: readonly DrawnFrame[], seed: number): ReadonlyMap<string, string>;
}

export type DrawnFormat = "s_aff_wild2" | "aff_wild2" | "bp4d" | "folders" | "csv";

const parts = ["train", "val", "test"] as const;
/** 142,382 rows of the real training set are 141,431 frames. */
const duplicateShare = 951 / 142_382;
/** Frames of the original database in which no face is found. */
const faceless = 0.02;

const sparseVideos: DrawnLayout = {
  dense: false,
  videosOfPerson: 1,
  imageOf: ({ video, frame }) => `cropped_aligned/${drawnName(video)}/${padded(frame, 5)}.jpg`,
  annotations(frames, seed) {
    const lines: Record<DrawnPart, string[]> = { train: [], val: [], test: [] };
    for (const each of frames) {
      const { part, video, row } = each;
      const image = `${drawnName(video)}/${padded(each.frame, 5)}.jpg`;
      const line = part === "test" ? `${image},` : [image, ...labelsOf(each)].join(",");
      lines[part].push(line);
      if (part !== "test" && uniform(seed, video, row, 11) < duplicateShare) lines[part].push(line);
    }
    const files = { train: "training_set_annotations.txt", val: "validation_set_annotations.txt", test: "MTL.txt" };
    return new Map(parts.map((part) => [files[part], text(["image,valence,arousal,expression,aus", ...lines[part]])]));
  },
};

const everyFrame: DrawnLayout = {
  dense: true,
  videosOfPerson: 1,
  imageOf: (frame) => (frame.draw(30) < faceless ? undefined : sparseVideos.imageOf(frame)),
  annotations(frames) {
    const files = new Map<string, string>();
    const kinds = [
      { folder: "VA_Set", header: sAffWild2.scalars, cells: ({ affect }: ShownLabels) => affect ?? ["-5", "-5"] },
      { folder: "EXPR_Set", header: sAffWild2.classes, cells: ({ expression = "-1" }: ShownLabels) => [expression] },
      {
        folder: "AU_Set",
        header: sAffWild2.units,
        cells: ({ units }: ShownLabels) => units ?? sAffWild2.units.map(() => "-1"),
      },
    ];
    for (const own of byVideo(frames)) {
      const [first] = own;
      if (first === undefined || first.part === "test") continue;
      const part = first.part === "train" ? "Train_Set" : "Validation_Set";
      for (const { folder, header, cells } of kinds)
        files.set(
          `${folder}/${part}/${drawnName(first.video)}.txt`,
          text([header.join(","), ...own.map((each) => cells(shownLabels(each)).join(","))]),
        );
    }
    const listed = byVideo(frames).flatMap(([first]) => (first?.part === "test" ? [drawnName(first.video)] : []));
    return files.set("test_set.txt", text(listed));
  },
};

const codedSessions: DrawnLayout = {
  dense: false,
  videosOfPerson: 2,
  imageOf: ({ video, frame }) => `faces/${sessionOf(video).join("/")}/${padded(frame, 4)}.jpg`,
  annotations(frames) {
    // Drawn faces show nothing of the others that BP4D codes.
    const codes = [...sAffWild2.units.map((unit) => unit.slice(2)), "14", "17"];
    return new Map(
      byVideo(frames).flatMap((own) => {
        const rows = own.map((each) => {
          const { units } = shownLabels({ ...each, part: "val" });
          return [each.frame, ...codes.map((_, i) => units?.[i] ?? "9")].join(",");
        });
        return own
          .slice(0, 1)
          .map(({ video }): [string, string] => [
            `AUCoding/AU_OCC/${sessionOf(video).join("_")}.csv`,
            text([["0", ...codes].join(","), ...rows]),
          ]);
      }),
    );
  },
};

const classFolders: DrawnLayout = {
  dense: false,
  videosOfPerson: 1,
  imageOf: ({ part, moment, video, frame }) =>
    `${part}/${sAffWild2.classes[moment.expression]}/${drawnName(video)}_${padded(frame, 5)}.jpg`,
  annotations: () => new Map(),
};

const table: DrawnLayout = {
  dense: false,
  videosOfPerson: 2,
  imageOf: ({ video, frame }) => `images/${drawnName(video)}_${padded(frame, 5)}.jpg`,
  annotations(frames) {
    const header = ["file", "person", "video", "part", "expression", ...sAffWild2.scalars, ...sAffWild2.units];
    const rows = frames.map((each) => {
      const { affect = ["", ""], expression, units = sAffWild2.units.map(() => "") } = shownLabels(each);
      const name = expression === undefined ? "" : (sAffWild2.classes[Number(expression)] ?? "");
      const file = `${drawnName(each.video)}_${padded(each.frame, 5)}.jpg`;
      return [file, `p${each.person}`, drawnName(each.video), each.part, name, ...affect, ...units];
    });
    return new Map([["labels.csv", text([header, ...rows].map((cells) => cells.join(",")))]]);
  },
};

export const drawnLayouts: Readonly<Record<DrawnFormat, DrawnLayout>> = {
  s_aff_wild2: sparseVideos,
  aff_wild2: everyFrame,
  bp4d: codedSessions,
  folders: classFolders,
  csv: table,
};

/** Subject and session, such as F001 and T2. */
function sessionOf(video: number): readonly [string, string] {
  const person = Math.floor(video / 2);
  return [`${person % 2 === 0 ? "F" : "M"}${padded(Math.floor(person / 2) + 1, 3)}`, `T${(video % 2) + 1}`];
}

function byVideo(frames: readonly DrawnFrame[]): readonly (readonly DrawnFrame[])[] {
  const videos = new Map<number, DrawnFrame[]>();
  for (const frame of frames) {
    const own = videos.get(frame.video) ?? [];
    own.push(frame);
    videos.set(frame.video, own);
  }
  return [...videos.values()];
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, "0");
}

function text(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
