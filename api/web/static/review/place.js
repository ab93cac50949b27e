// The page with the place of the number: near, or whole; closer and farther; moved by dragging.

import { angleOf, around, turned } from "./geometry.js";

const NEAR = 2.2; // how much closer than the whole width the surroundings of a number are at most
const STEP = 1.35;
const PAN = 0.2; // of what is in view, with one key
const QUARTER = Math.PI / 2;
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

  // Of a page whose numbers have no known place the view stays from one number to the next.
  show(item, picture) {
    const stays = picture !== null && picture === this.picture && !item.places && !this.item?.places;
    this.item = item;
    this.picture = picture;
    if (!stays) {
      this.whole = false;
      this.quarters = 0;
      this.#aim();
    }
    this.draw();
  }

  // A quarter clockwise, for a picture that lies on its side.
  turn() {
    this.quarters = (this.quarters + 1) % 4;
    this.#aim();
    this.draw();
  }

  pan(right, down) {
    this.centre = [this.centre[0] + (right * PAN * this.width) / this.scale, this.centre[1] + (down * PAN * this.height) / this.scale];
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
    brush.setTransform(1, 0, 0, 1, 0, 0);
    brush.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (!this.picture || !this.item?.page_width) return;
    brush.scale(this.ratio, this.ratio);
    brush.translate(this.width / 2, this.height / 2);
    brush.scale(this.scale, this.scale);
    brush.translate(-this.centre[0], -this.centre[1]);
    brush.imageSmoothingQuality = "high";
    brush.save();
    brush.rotate(-this.angle);
    brush.drawImage(this.picture, 0, 0, this.item.page_width, this.item.page_height);
    brush.restore();
    this.#parts().forEach(([part, points]) => this.#outline(brush, part, points));
  }

  // The places of the number and of its witnesses, turned as the page is shown.
  #parts() {
    const names = this.item?.kind === "blind" ? ["number"] : ["number", ...PARTS];
    const known = names.filter((name) => this.item?.places?.[name]);
    return known.map((name) => [name, turned(this.item.places[name], this.angle)]);
  }

  #outline(brush, part, points) {
    const edge = (part === "number" ? 5 : 3) / this.scale; // beside the ink, not over it
    const [x, y, width, height] = around(points);
    brush.strokeStyle = COLOURS[part];
    brush.lineWidth = (part === "number" ? 3 : 2) / this.scale;
    brush.strokeRect(x - edge, y - edge, width + 2 * edge, height + 2 * edge);
  }

  // Turn the page so that the number stands upright, and look at its surroundings or at everything.
  #aim() {
    const places = this.item?.places;
    this.angle = (places ? angleOf(places.number) : 0) - (this.quarters ?? 0) * QUARTER;
    const [width, height] = [this.item?.page_width ?? 1, this.item?.page_height ?? 1];
    const page = around(turned([[0, 0], [width, 0], [width, height], [0, height]], this.angle));
    const near = this.whole || !places ? page : around(this.#parts().flatMap(([, points]) => points));
    const lowest = Math.min(this.width / page[2], this.height / page[3]);
    const fit = Math.min(this.width / near[2], this.height / near[3]) / 1.15;
    this.centre = [near[0] + near[2] / 2, near[1] + near[3] / 2];
    this.scale = this.whole || !places ? lowest : Math.max(lowest, Math.min(fit, (this.width / page[2]) * NEAR));
  }

  #listen() {
    let from = null;
    this.canvas.addEventListener("pointerdown", (event) => {
      from = [event.clientX, event.clientY];
      this.canvas.setPointerCapture(event.pointerId);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!from || !this.item) return;
      const moved = [event.clientX - from[0], event.clientY - from[1]];
      this.centre = this.centre.map((place, axis) => place - moved[axis] / this.scale);
      from = [event.clientX, event.clientY];
      this.draw();
    });
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => { from = null; });
    this.canvas.addEventListener("dblclick", () => this.toggle());
  }
}
