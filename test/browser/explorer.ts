// GraphiQL in a real browser, used as a person uses it.
import type { Browser, Page } from "playwright-core";

/** What the page did on the network. */
export interface Traffic {
  /** Addresses of requests, blobs and data of the page itself left out. */
  readonly requests: string[];
  /** Frames of its WebSockets, as they came. */
  readonly received: string[];
}

const yesOrNo = [() => true, () => false] as const;

export class Explorer {
  readonly page: Page;
  readonly traffic: Traffic = { requests: [], received: [] };
  /** What the page complained of. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("request", (request) => {
      if (/^(https?|wss?):/.test(request.url())) this.traffic.requests.push(request.url());
    });
    page.on("websocket", (socket) => {
      this.traffic.requests.push(socket.url());
      socket.on("framereceived", ({ payload }) => this.traffic.received.push(String(payload)));
    });
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
  }

  /** The page, loaded and with its tabs. */
  static async open(browser: Browser, url: string): Promise<Explorer> {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
    // Busy machines take their time to load some MB of scripts; what hangs is ended by the test.
    page.setDefaultTimeout(90_000);
    const explorer = new Explorer(page);
    await explorer.page.goto(url);
    await explorer.page.waitForSelector(".graphiql-tab-button");
    return explorer;
  }

  tabs(): Promise<string[]> {
    return this.page.locator(".graphiql-tab-button").allTextContents();
  }

  /** Resolves when the tab is in front and its operation in the editor. */
  async choose(tab: string): Promise<void> {
    const active = this.page.locator(".graphiql-tab-active", { hasText: tab });
    // Tabs can be dragged: a click that comes while the page is still drawing is taken for the beginning of a drag.
    do await this.page.locator(".graphiql-tab-button", { hasText: tab }).click();
    while (!(await active.waitFor({ timeout: 2_000 }).then(...yesOrNo)));
    await this.page
      .locator(".graphiql-query-editor .view-lines", { hasText: new RegExp(`\\b${tab}\\b`) })
      .waitFor();
  }

  /** Pastes the id where the tab says: between the quotes of `{ "id": "" }`. */
  async pasteId(id: string): Promise<void> {
    await this.page.locator(".graphiql-editor-tool .monaco-editor:visible").first().click();
    await this.page.keyboard.press("Control+End");
    for (let steps = 0; steps < `" }`.length; steps += 1) await this.page.keyboard.press("ArrowLeft");
    await this.page.keyboard.insertText(id);
  }

  async play(): Promise<void> {
    await this.page.getByRole("button", { name: /Execute query/ }).click();
  }

  /** Resolves when the part of the result that is in view has the text. */
  async shows(text: string): Promise<void> {
    await this.page
      .locator(".result-window .view-lines", { hasText: text })
      .first()
      .waitFor()
      .catch(async (cause: unknown) => {
        throw new Error(`The result does not show ${text}:\n${await this.result()}`, { cause });
      });
  }

  /** Resolves when nothing runs: the play button plays again. */
  async idle(): Promise<void> {
    await this.page.getByRole("button", { name: /Execute query/ }).waitFor();
  }

  /** The part of the result that is in view; its white space is not the result's own. */
  async result(): Promise<string> {
    const text = await this.page.locator(".result-window").textContent();
    return (text ?? "").replaceAll("\u00a0", " ");
  }
}
