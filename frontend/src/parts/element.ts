import { LitElement } from "lit";

/**
 * An element that renders into the page itself, so that the one style sheet, the browser's search and labels reach
 * what is in it.
 */
export abstract class PageElement extends LitElement {
  protected override createRenderRoot(): this {
    this.replaceChildren();
    return this;
  }
}
