// The straightened cut of the number, drawn so that every printed box stands over its cell.

import { grown, middle, toSquare } from "./geometry.js";

const MARGIN = 0.35; // of the page around a number, as the server cuts it

export class Stage {
  constructor(canvas, cells) {
    this.canvas = canvas;
    this.cells = cells;
    this.item = null;
    this.measure();
  }

  // How large the canvas is, and where the cells stand; asked for once, not with every item.
  measure() {
    const ratio = window.devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.middles = this.cells.middles(this.canvas.offsetLeft);
    this.ratio = ratio;
  }

  show(item, picture) {
    this.item = item;
    if (this.middles.length !== item.box_count) this.middles = this.cells.middles(this.canvas.offsetLeft);
    this.picture = picture;
    this.draw();
  }

  draw() {
    const brush = this.canvas.getContext("2d");
    brush.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    brush.clearRect(0, 0, this.width, this.height);
    if (!this.picture || !this.item) return;
    const place = this.item.places ? this.#over(this.item.places) : this.#whole();
    brush.imageSmoothingQuality = "high";
    brush.drawImage(this.picture, place.left, place.top, place.width, place.height);
    place.boxes.forEach((box, index) => this.#mark(brush, box, index));
  }

  // Where the picture goes so that the boxes stand over the cells.
  #over(places) {
    const map = toSquare(grown(places.number, MARGIN));
    const { width, height } = this.picture;
    const boxes = places.boxes.map((box) => box.map(map).map(([x, y]) => [x * width, y * height]));
    const centres = boxes.map(middle);
    if (!centres.length || centres.length !== this.middles.length) return this.#whole();
    const last = centres.length - 1;
    const scale = last > 0
      ? (this.middles[last] - this.middles[0]) / (centres[last][0] - centres[0][0])
      : (this.height * 0.55) / Math.max(1, boxes[0][2][1] - boxes[0][0][1]);
    const left = this.middles[0] - centres[0][0] * scale;
    const top = this.height / 2 - (centres.reduce((sum, point) => sum + point[1], 0) / centres.length) * scale;
    const placed = boxes.map((box) => box.map(([x, y]) => [left + x * scale, top + y * scale]));
    return { left, top, width: width * scale, height: height * scale, boxes: placed };
  }

  #whole() {
    const { width, height } = this.picture;
    const scale = Math.min(this.width / width, this.height / height);
    const [left, top] = [(this.width - width * scale) / 2, (this.height - height * scale) / 2];
    return { left, top, width: width * scale, height: height * scale, boxes: [] };
  }

  #mark(brush, box, index) {
    const here = index === this.cells.place;
    brush.strokeStyle = here ? "#d9480f" : "rgba(30, 110, 90, 0.55)";
    brush.lineWidth = here ? 3 : 1.5;
    brush.beginPath();
    box.forEach(([x, y]) => brush.lineTo(x, y));
    brush.closePath();
    brush.stroke();
  }
}

