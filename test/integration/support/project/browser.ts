// A real browser for the report's page: what it asks of a network, and what goes wrong in it.

import { execFileSync } from "node:child_process";
import { chromium, type Browser, type Page } from "playwright-core";

export type Scheme = "light" | "dark";

export class TestBrowser {
  /** Addresses that pages asked for. */
  readonly asked: string[] = [];
  private errors: string[] = [];

  private constructor(private readonly browser: Browser) {}

  static async launch(): Promise<TestBrowser> {
    const mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    const find = `command -v chromium || command -v google-chrome || echo "${mac}"`;
    const executablePath = execFileSync("sh", ["-c", find], { encoding: "utf8" }).trim();
    // Root may not use the browser's sandbox; the page is our own.
    return new TestBrowser(await chromium.launch({ executablePath, args: ["--no-sandbox"] }));
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  async open(file: string, width: number, colorScheme: Scheme = "light"): Promise<Page> {
    const page = await this.browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    page.on("request", (request) => this.asked.push(request.url()));
    page.on("dialog", (dialog) => void this.errors.push(dialog.message()));
    page.on("pageerror", (error) => this.errors.push(error.message));
    page.on("console", (message) => message.type() === "error" && this.errors.push(message.text()));
    await page.goto(`file://${file}`);
    await page.waitForSelector(".ready");
    return page;
  }

  /** What went wrong since the last time. */
  takeErrors(): string[] {
    const found = this.errors;
    this.errors = [];
    return found;
  }
}
