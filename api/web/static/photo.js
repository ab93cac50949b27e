// What can be said of a photograph before it is sent: that it is too small for any form, or that it looks blurred. A hint,
// never a refusal; where a browser cannot open a picture, nothing is said.

import { content } from "./page.js";

const LONG_SIDE = 1600; // px at which sharpness is measured, as wide as most photographs that come through a chat
const TILE = 32; // px
const RANK = 0.95; // of the tiles: edges are in few of them, the rest is bare paper
const OPENED = /^image\/(jpeg|png|webp)$/;
const MOST_BYTES = 32 * 1024 * 1024; // larger pictures would take too much memory of a telephone
const PATIENCE = 3000; // ms; sending does not wait longer

// Variance of the Laplacian within a tile, at RANK of all tiles, in squared grey levels. Measured on the six sample pages
// (1920 px) and on copies blurred by a Gaussian of 1, 2, 3 and 4 px: as they are 672 to 8824; 1 px 202 to 1109; 2 px 30 to
// 105; 3 px 7 to 18; 4 px 3 to 6. Of the two pages with votes the program accepts all 6 numbers up to 2 px, 3 of 6 at
// 3 px, and 1 of 6 at 4 px. In between lies what still reads (30) and what does not (10); half the contrast takes it to a
// quarter, so that a dim but sharp photograph (672 / 4) stays far above.
const BLURRED = 15;

// Resolves with "small", "blurred" or "": what there is to say of a file.
export function doubtOf(file) {
  if (!OPENED.test(file.type) || file.size > MOST_BYTES) return Promise.resolve("");
  const tooLong = new Promise((resolve) => { setTimeout(() => resolve(""), PATIENCE); });
  return Promise.race([look(file).catch(() => ""), tooLong]);
}

async function look(file) {
  const picture = await createImageBitmap(file);
  try {
    const side = Math.max(picture.width, picture.height);
    if (side < Number(content.dataset.leastSide)) return "small";
    return sharpness(greyOf(picture, Math.min(1, LONG_SIDE / side))) < BLURRED ? "blurred" : "";
  } finally {
    picture.close();
  }
}

function greyOf(picture, scale) {
  const width = Math.round(picture.width * scale);
  const height = Math.round(picture.height * scale);
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  drawing.imageSmoothingQuality = "high";
  drawing.drawImage(picture, 0, 0, width, height);
  const { data } = drawing.getImageData(0, 0, width, height);
  const grey = new Float32Array(width * height);
  for (let i = 0; i < grey.length; i += 1) grey[i] = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
  return { grey, width, height };
}

function sharpness({ grey, width, height }) {
  const found = [];
  for (let top = 1; top + TILE < height; top += TILE) {
    for (let left = 1; left + TILE < width; left += TILE) found.push(varianceAt(grey, width, left, top));
  }
  found.sort((one, other) => one - other);
  return found.length ? found[Math.floor(RANK * (found.length - 1))] : Infinity;
}

function varianceAt(grey, width, left, top) {
  let sum = 0;
  let squares = 0;
  for (let y = top; y < top + TILE; y += 1) {
    for (let i = y * width + left; i < y * width + left + TILE; i += 1) {
      const value = grey[i - 1] + grey[i + 1] + grey[i - width] + grey[i + width] - 4 * grey[i];
      sum += value;
      squares += value * value;
    }
  }
  const count = TILE * TILE;
  return squares / count - (sum / count) ** 2;
}
