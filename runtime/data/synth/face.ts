import { uniform } from "../loader/random.ts";

/** What stays the same in a video: the person and the light. */
export interface Identity {
  readonly skin: readonly [number, number, number];
  readonly hair: readonly [number, number, number];
  readonly iris: string;
  readonly background: readonly [number, number, number];
  readonly width: number;
  readonly height: number;
  readonly eyeDistance: number;
  readonly brow: number;
  readonly mouth: number;
  readonly light: number;
  readonly lightFrom: number;
}

export function identityOf(seed: number, video: number): Identity {
  const draw = (k: number) => uniform(seed, video, 0xface, k);
  const tone = 0.45 + 0.5 * draw(0);
  const hair = 20 + 120 * draw(1);
  return {
    skin: [250 * tone, 205 * tone, 175 * tone],
    hair: [hair, hair * 0.75, hair * 0.5],
    iris: ["#4b3621", "#3a5f8a", "#4f6b3a"][Math.floor(3 * draw(2))] ?? "#4b3621",
    background: [60 + 130 * draw(3), 60 + 130 * draw(4), 60 + 130 * draw(5)],
    width: 34 + 5 * draw(6),
    height: 44 + 5 * draw(7),
    eyeDistance: 15 + 3 * draw(8),
    brow: 2.2 + 1.6 * draw(9),
    mouth: 13 + 3 * draw(10),
    light: 0.8 + 0.35 * draw(11),
    lightFrom: draw(12),
  };
}

/** Where the head is in one frame. */
export interface Pose {
  readonly x: number;
  readonly y: number;
  readonly turn: number;
}

/** A face as SVG of 112 × 112 units: what each action unit does to brows, eyes, nose, cheeks, mouth and jaw. */
export function drawFace(who: Identity, units: ReadonlyMap<string, number>, pose: Pose, size: number): string {
  const au = (n: number) => units.get(`AU${n}`) ?? 0;
  const jaw = 7 * au(26);
  const eyeY = 50;
  const open = Math.max(1.2, 4.6 - 2.4 * au(7) - 1.2 * au(6) + 0.8 * au(2));
  const skin = rgb(who.skin, who.light);
  const dark = rgb(who.skin, who.light * 0.62);
  const parts = [
    ellipse(56, 54, who.width + 4, who.height + 3, rgb(who.hair, who.light)),
    ellipse(56, 60 + jaw / 2, who.width, who.height + jaw / 2, skin),
    ...[-1, 1].flatMap((side) => eye(56 + side * who.eyeDistance, eyeY, open, who.iris)),
    ...[-1, 1].map((side) => brow(side, who, au, eyeY)),
    furrow(au(4), dark),
    nose(au(10), dark),
    ...[-1, 1].map((side) => cheek(side, au(6), au(12), dark)),
    mouth(who, au, jaw),
  ];
  const shade = `<linearGradient id="l" x1="${who.lightFrom.toFixed(2)}" y1="0" x2="${(1 - who.lightFrom).toFixed(2)}" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".18"/><stop offset="1" stop-color="#000" stop-opacity=".22"/></linearGradient>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 112 112"><defs>${shade}</defs><rect width="112" height="112" fill="${rgb(who.background, who.light)}"/><g transform="translate(${pose.x.toFixed(2)} ${pose.y.toFixed(2)}) rotate(${pose.turn.toFixed(2)} 56 60)">${parts.join("")}</g><rect width="112" height="112" fill="url(#l)"/></svg>`;
}

type Units = (n: number) => number;

function eye(x: number, y: number, open: number, iris: string): readonly string[] {
  return [
    ellipse(x, y, 7, open, "#f6f2ee"),
    ellipse(x, y, Math.min(3.2, open), Math.min(3.2, open), iris),
    `<path d="M${n(x - 7)} ${n(y)}Q${n(x)} ${n(y - 2 * open)} ${n(x + 7)} ${n(y)}" fill="none" stroke="#2b1d16" stroke-width="1.3"/>`,
  ];
}

/** Inner end raised by AU1, outer by AU2, all lowered and drawn together by AU4. */
function brow(side: number, who: Identity, au: Units, eyeY: number): string {
  const base = eyeY - 9.5;
  const inner = 56 + side * (who.eyeDistance - 8 - 2.5 * au(4));
  const outer = 56 + side * (who.eyeDistance + 8);
  const innerY = base - 6 * au(1) + 4.5 * au(4);
  const outerY = base + 1 - 6 * au(2) + 1.5 * au(4);
  const middleY = (innerY + outerY) / 2 - 2 - 2 * au(2);
  return `<path d="M${n(inner)} ${n(innerY)}Q${n((inner + outer) / 2)} ${n(middleY)} ${n(outer)} ${n(outerY)}" fill="none" stroke="${rgb(who.hair, who.light * 0.8)}" stroke-width="${n(who.brow)}" stroke-linecap="round"/>`;
}

function furrow(amount: number, colour: string): string {
  return `<path d="M54 39v${n(6 * amount)}M58 39v${n(6 * amount)}" stroke="${colour}" stroke-width="1.1" opacity="${n(amount)}"/>`;
}

/** AU10 raises the upper lip: the wings of the nose rise and folds run down beside it. */
function nose(raise: number, colour: string): string {
  const y = 69 - 2.5 * raise;
  const fold = `<path d="M47 ${n(y)}Q43 ${n(y + 4)} 42 ${n(y + 9)}M65 ${n(y)}Q69 ${n(y + 4)} 70 ${n(y + 9)}" fill="none" stroke="${colour}" stroke-width="1.5" opacity="${n(raise)}"/>`;
  return `<path d="M56 52L${n(51 - raise)} ${n(y)}Q56 ${n(y + 3)} ${n(61 + raise)} ${n(y)}" fill="none" stroke="${colour}" stroke-width="1.6"/>${fold}`;
}

/** AU6 lifts the cheek: a fold under the eye. */
function cheek(side: number, lift: number, smile: number, colour: string): string {
  const x = 56 + side * 17;
  return `<path d="M${n(x - 7)} ${n(58 - lift)}Q${n(x)} ${n(61 - 2 * lift)} ${n(x + 7)} ${n(57 - lift)}" fill="none" stroke="${colour}" stroke-width="1.5" opacity="${n(lift)}"/><path d="M${n(56 + side * 15)} 70Q${n(56 + side * 21)} 76 ${n(56 + side * 19)} 84" fill="none" stroke="${colour}" stroke-width="1.1" opacity="${n(0.8 * smile)}"/>`;
}

/** Corners by AU12 (up, out) and AU15 (down); opening by AU25 and AU26; lips thin by AU24, narrow by AU23. */
function mouth(who: Identity, au: Units, jaw: number): string {
  const half = who.mouth + 4 * au(12) - 4 * au(23);
  const y = 82 + jaw / 3 - 2 * au(10);
  const corner = y - 5 * au(12) + 5 * au(15);
  const open = 5 * au(25) + jaw;
  const lip = Math.max(0.8, 3 - 2 * au(24) - au(23));
  const upper = y - 1.5 * au(10) + 1.5 * au(15);
  const inside = `<path d="M${n(56 - half)} ${n(corner)}Q56 ${n(upper)} ${n(56 + half)} ${n(corner)}Q56 ${n(upper + 2 * open + 1)} ${n(56 - half)} ${n(corner)}Z" fill="#4a1518"/>`;
  const teeth = `<path d="M${n(56 - half * 0.6)} ${n((corner + upper) / 2)}Q56 ${n(upper + 0.6)} ${n(56 + half * 0.6)} ${n((corner + upper) / 2)}" fill="none" stroke="#eee8e0" stroke-width="${n(Math.min(2, open / 2.5))}"/>`;
  const lips = `<path d="M${n(56 - half)} ${n(corner)}Q56 ${n(upper)} ${n(56 + half)} ${n(corner)}M${n(56 - half)} ${n(corner)}Q56 ${n(upper + 2 * open + 1)} ${n(56 + half)} ${n(corner)}" fill="none" stroke="#a4505a" stroke-width="${n(lip)}" stroke-linecap="round"/>`;
  return `${inside}${open > 1 ? teeth : ""}${lips}`;
}

function ellipse(x: number, y: number, rx: number, ry: number, fill: string): string {
  return `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" fill="${fill}"/>`;
}

function rgb(colour: readonly [number, number, number], light: number): string {
  return `rgb(${colour.map((part) => Math.round(Math.min(255, Math.max(0, part * light)))).join(",")})`;
}

function n(value: number): string {
  return value.toFixed(2);
}
