// How well colours can be told apart, on a screen and by whom.

import { frozen } from "./frozen";

/** Red, green and blue, to 255. */
export type Colour = readonly [number, number, number];

export function hex(text: string): Colour {
  const part = (at: number) => parseInt(text.slice(at, at + 2), 16);
  return [part(1), part(3), part(5)];
}

/** A half transparent colour over another one. */
export function over(front: Colour, back: Colour, opacity: number): Colour {
  return mapped(front, (value, n) => value * opacity + (back[n] ?? 0) * (1 - opacity));
}

/** WCAG's contrast ratio, from 1 to 21. */
export function contrast(a: Colour, b: Colour): number {
  const [dark = 0, bright = 0] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => x - y);
  return (bright + 0.05) / (dark + 0.05);
}

// Machado, Oliveira and Fernandes 2009, at full severity, of linear colours.
const sight = {
  usual: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;
export const sights = frozen(Object.keys(sight) as (keyof typeof sight)[]);

/** CIE 1976: 2.3 is just noticeable. */
export function distance(a: Colour, b: Colour, by: keyof typeof sight): number {
  const [x, y] = [a, b].map((each) => lab(times(sight[by], linear(each))));
  return Math.hypot(...(x ?? []).map((value, n) => value - (y?.[n] ?? 0)));
}

function linear(colour: Colour): Colour {
  return mapped(colour, (value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
}

function luminance([red, green, blue]: Colour): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function lab(colour: Colour): number[] {
  const toXyz = [0.4124, 0.3576, 0.1805, 0.2126, 0.7152, 0.0722, 0.0193, 0.1192, 0.9505];
  const [x, y, z] = times(toXyz, colour);
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const [fx, fy, fz] = [f(x / 0.95047), f(y), f(z / 1.08883)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

function times(matrix: readonly number[], colour: Colour): Colour {
  const row = (n: number) => colour.reduce((sum, value, m) => sum + value * (matrix[3 * n + m] ?? 0), 0);
  // White's Z is more than 1.
  const within = (value: number) => Math.min(1.1, Math.max(0, value));
  return [within(row(0)), within(row(1)), within(row(2))];
}

function mapped([a, b, c]: Colour, change: (value: number, n: number) => number): Colour {
  return [change(a, 0), change(b, 1), change(c, 2)];
}
