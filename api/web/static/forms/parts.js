// The places in which a number is stated: what they consist of, where they lie, and how they are moved and resized.
// All lengths in mm, as in templates.

export const PARTS = {
  boxes: ["x", "y", "width", "height", "pitch", "count", "line"],
  bubbles: ["x", "y", "diameter", "pitch_x", "pitch_y"],
  tally: ["x", "y", "columns", "rows", "cell_width", "cell_height", "strokes"],
  row_sums: ["x", "y", "cell_width", "cell_height", "count"],
  words: [0, 1, 2, 3],
};
export const WHOLE = new Set(["count", "columns", "rows", "strokes"]);
const DEFAULTS = { line: 1, strokes: 5, count: 2 };
const DIGITS = 10;

export const round = (value, step = 0.01) => Math.round(Math.round(value / step) * step * 1000) / 1000;
export const given = (part, key) => part[key] ?? DEFAULTS[key];
export const touching = (boxes) => boxes.pitch === boxes.width;

// [x, y, width, height] around a part.
export function bounds(number, kind) {
  const part = number[kind];
  switch (kind) {
    case "boxes": return [part.x, part.y, (part.count - 1) * part.pitch + part.width, part.height];
    case "bubbles": {
      const half = part.diameter / 2;
      const width = (part.count - 1) * part.pitch_x + part.diameter;
      return [part.x - half, part.y - half, width, (DIGITS - 1) * part.pitch_y + part.diameter];
    }
    case "tally": return [part.x, part.y, part.columns * part.cell_width, part.rows * part.cell_height];
    case "row_sums": return [part.x, part.y, given(part, "count") * part.cell_width, part.rows * part.cell_height];
    default: return part;
  }
}

export function move(holder, kind, dx, dy) {
  const part = holder[kind];
  const [x, y] = Array.isArray(part) ? [0, 1] : ["x", "y"];
  part[x] = round(part[x] + dx);
  part[y] = round(part[y] + dy);
}

// Stretch a part so that it is `width` x `height`; its upper left corner stays.
export function resize(holder, kind, width, height) {
  const part = holder[kind];
  const least = 1;
  const [w, h] = [Math.max(least, width), Math.max(least, height)];
  if (kind === "boxes") {
    const gap = part.pitch - part.width;
    const together = touching(part);
    part.width = Math.max(0.5, round((w - (part.count - 1) * gap) / part.count));
    part.pitch = together ? part.width : round(part.width + gap);
    part.height = round(h);
  } else if (kind === "bubbles") {
    if (part.count > 1) part.pitch_x = round(Math.max(0.5, (w - part.diameter) / (part.count - 1)));
    part.pitch_y = round(Math.max(0.5, (h - part.diameter) / (DIGITS - 1)));
  } else if (kind === "tally" || kind === "row_sums") {
    part.cell_width = round(w / (part.columns ?? given(part, "count")));
    part.cell_height = round(h / part.rows);
  } else {
    [part[2], part[3]] = [round(w), round(h)];
  }
}

// Where the last box begins decides the pitch.
export function spread(boxes, x) {
  if (boxes.count < 2) return;
  boxes.pitch = Math.max(boxes.width, round((x - boxes.x) / (boxes.count - 1)));
}

export function set(number, kind, key, value) {
  const part = number[kind];
  const together = kind === "boxes" && touching(part);
  part[key] = value;
  if (together && (key === "width" || key === "pitch")) part.width = part.pitch = value;
  if (kind === "boxes" && key === "count" && number.bubbles) number.bubbles.count = value;
  if (kind === "tally" && key === "rows" && number.row_sums) number.row_sums.rows = value;
}

// A part that a number lacks, placed where such parts usually stand: beside or below its boxes.
export function fresh(number, kind) {
  const boxes = number.boxes;
  const [, , , height] = bounds(number, "boxes");
  const middle = boxes.x + boxes.width / 2;
  switch (kind) {
    case "bubbles": return {
      x: round(middle), y: round(boxes.y + 1.5 * height), diameter: round(boxes.width * 0.4), pitch_x: boxes.pitch,
      pitch_y: round(boxes.width / 2), count: boxes.count,
    };
    case "tally": return {
      x: round(Math.max(1, boxes.x - 13 * boxes.width)), y: boxes.y, columns: 12, rows: 5, cell_width: boxes.width,
      cell_height: round(0.8 * height),
    };
    case "row_sums": {
      const tally = bounds(number, "tally");
      return {
        x: round(tally[0] + tally[2]), y: number.tally.y, cell_width: round(0.6 * number.tally.cell_width),
        cell_height: number.tally.cell_height, count: 2, rows: number.tally.rows,
      };
    }
    default: return [round(Math.max(1, boxes.x - 8 * boxes.width)), boxes.y, round(7 * boxes.width), round(height)];
  }
}

// A new number in a rectangle that was drawn: as many boxes as are about square, touching.
export function newNumber(name, [x, y, width, height]) {
  const count = Math.max(1, Math.min(6, Math.round(width / height) || 1));
  const box = round(width / count);
  return {
    name,
    label: { id: name, en: name },
    boxes: { x: round(x), y: round(y), width: box, height: round(height), pitch: box, count, line: 0.5 },
  };
}
