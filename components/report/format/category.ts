// Colours: what a part of the picture is, so that one look tells the program from its base.
import { SizeKind, standardLibrary, type SizeNode } from "../model";

export const Category = {
  Main: "main",
  Dependency: "dependency",
  Standard: "standard",
  GoData: "data",
  OsPackage: "os",
  File: "file",
} as const;
export type Category = (typeof Category)[keyof typeof Category];

export const categoryNames: Record<Category, string> = {
  main: "your module",
  dependency: "Go dependencies",
  standard: "Go standard library",
  data: "Go data of no known package",
  os: "OS packages",
  file: "files",
};

/** Background in light and dark, under text of the page's own colour. */
export const categoryColours: Record<Category, { light: string; dark: string }> = {
  main: { light: "#ffb870", dark: "#8a4b08" },
  dependency: { light: "#d3b3f5", dark: "#5b3a86" },
  standard: { light: "#8fd3e8", dark: "#125a70" },
  data: { light: "#d5d9de", dark: "#454c55" },
  os: { light: "#a9c4f5", dark: "#2b4a82" },
  file: { light: "#a8dbb0", dark: "#27603a" },
};

/** Which colour a node has; undefined where its children decide. */
export function categoryOf(node: SizeNode, mainModules: readonly string[]): Category | undefined {
  switch (node.kind) {
    case SizeKind.Module:
      if (node.name === standardLibrary) return Category.Standard;
      return mainModules.includes(node.name) ? Category.Main : Category.Dependency;
    case SizeKind.Section:
      return Category.GoData;
    case SizeKind.OsPackage:
      return Category.OsPackage;
    case SizeKind.File:
      return Category.File;
    case SizeKind.Package:
    case SizeKind.Image:
    case SizeKind.Layer:
    case SizeKind.Group:
    case SizeKind.Directory:
    case SizeKind.Program:
      return undefined;
  }
}
