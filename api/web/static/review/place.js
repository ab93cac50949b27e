// The page with the place of the number: near, or whole; closer and farther; moved by dragging.

import { around } from "./geometry.js";

const NEAR = 2.2; // how much of the page around number and witnesses is shown, in parts of their size
const STEP = 1.35;
const PARTS = ["bubbles", "tally", "row_sums", "words"];
const COLOURS = { number: "#d9480f", bubbles: "#1c7ed6", tally: "#7048e8", row_sums: "#0b7285", words: "#5c940d" };

export class PageView {
  constructor(canvas) {
    this.canvas = canvas;
    this.whole = false;
    this.measure();
    this.#listen();
  }

  measure() {
    this.ratio = window.devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.round(this.width * this.ratio);
    this.canvas.height = Math.round(this.height * this.ratio);
  }

  show(item, picture) {
    this.item = item;
    this.picture = picture;
    this.whole = false;
    this.#aim();
    this.draw();
  }

  toggle() {
    this.whole = !this.whole;
    this.#aim();
    this.draw();
  }

  closer(times = STEP) {
    this.scale = Math.min(8, Math.max(0.05, this.scale * times));
    this.draw();
  }

  farther() {
    this.closer(1 / STEP);
  }

  draw() {
    const brush = this.canvas.getContext("2d");
    brush.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    brush.clearRect(0, 0, this.width, this.height);
    if (!this.picture || !this.item?.page_width) return;
    const { page_width: width, page_height: height } = this.item;
    const [left, top] = [this.width / 2 - this.centre[0] * this.scale, this.height / 2 - this.centre[1] * this.scale];
    brush.imageSmoothingQuality = "high";
    brush.drawImage(this.picture, left, top, width * this.scale, height * this.scale);
    this.#outline(brush, "number", left, top);
    if (this.item.kind !== "blind") PARTS.forEach((part) => this.#outline(brush, part, left, top));
  }

  #outline(brush, part, left, top) {
    const quad = this.item.places?.[part];
    if (!quad) return;
    const edge = part === "number" ? 5 : 3; // beside the ink, not over it
    const [x, y, width, height] = around(quad);
    brush.strokeStyle = COLOURS[part];
    brush.lineWidth = part === "number" ? 3 : 2;
    brush.strokeRect(left + x * this.scale - edge, top + y * this.scale - edge,
      width * this.scale + 2 * edge, height * this.scale + 2 * edge);
  }

  #aim() {
    const { item } = this;
    const [width, height] = [item?.page_width ?? 1, item?.page_height ?? 1];
    const parts = item?.places ? ["number", ...PARTS].map((part) => item.places[part]).filter(Boolean) : [];
    const [x, y, wide, high] = parts.length && !this.whole ? around(parts.flat()) : [0, 0, width, height];
    this.centre = [x + wide / 2, y + high / 2];
    const fit = Math.min(this.width / wide, this.height / high);
    const lowest = Math.min(this.width / width, this.height / height);
    this.scale = this.whole || !parts.length ? lowest : Math.max(lowest, Math.min(fit / 1.15, (this.width / width) * NEAR));
  }

  #listen() {
    let from = null;
    this.canvas.addEventListener("pointerdown", (event) => {
      from = [event.clientX, event.clientY];
      this.canvas.setPointerCapture(event.pointerId);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!from || !this.item) return;
      this.centre = [this.centre[0] - (event.clientX - from[0]) / this.scale, this.centre[1] - (event.clientY - from[1]) / this.scale];
      from = [event.clientX, event.clientY];
      this.draw();
    });
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => { from = null; });
    this.canvas.addEventListener("dblclick", () => this.toggle());
  }
}
