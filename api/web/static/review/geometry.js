// Where a point of the photograph lies in a picture that was straightened out of it, and back.

// The matrix that takes the unit square to a quadrilateral (clockwise from the upper left), row by row. Heckbert 1989.
function fromSquare([[x0, y0], [x1, y1], [x2, y2], [x3, y3]]) {
  const [sx, sy] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3];
  const [dx1, dy1, dx2, dy2] = [x1 - x2, y1 - y2, x3 - x2, y3 - y2];
  const whole = dx1 * dy2 - dx2 * dy1;
  const [g, h] = [(sx * dy2 - dx2 * sy) / whole, (dx1 * sy - sx * dy1) / whole];
  return [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, 1];
}

function inverse([a, b, c, d, e, f, g, h, i]) {
  return [e * i - f * h, c * h - b * i, b * f - c * e, f * g - d * i, a * i - c * g, c * d - a * f,
    d * h - e * g, b * g - a * h, a * e - b * d];
}

// A function that takes points of a quadrilateral to the unit square.
export function toSquare(quad) {
  const [a, b, c, d, e, f, g, h, i] = inverse(fromSquare(quad));
  return ([x, y]) => {
    const w = g * x + h * y + i;
    return [(a * x + b * y + c) / w, (d * x + e * y + f) / w];
  };
}

const difference = (from, to) => [to[0] - from[0], to[1] - from[1]];

// A quadrilateral with so much around it, in parts of its height, as the server cuts numbers out.
export function grown(quad, margin) {
  const [left, right, along] = [difference(quad[0], quad[3]), difference(quad[1], quad[2]), difference(quad[0], quad[1])];
  const down = [0, 1].map((axis) => ((left[axis] + right[axis]) / 2) * margin);
  const scale = Math.hypot(...down) / Math.max(Math.hypot(...along), 1e-6);
  const across = along.map((length) => length * scale);
  const signs = [[-1, -1], [1, -1], [1, 1], [-1, 1]];
  return quad.map((point, index) =>
    [0, 1].map((axis) => point[axis] + signs[index][0] * across[axis] + signs[index][1] * down[axis]));
}

export const middle = (quad) => [0, 1].map((axis) => quad.reduce((sum, point) => sum + point[axis], 0) / quad.length);

// The upright rectangle around points: left, top, width, height.
export function around(points) {
  const [xs, ys] = [0, 1].map((axis) => points.map((point) => point[axis]));
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}

// How far a quadrilateral is turned: the direction of its upper edge, radians.
export const angleOf = (quad) => Math.atan2(quad[1][1] - quad[0][1], quad[1][0] - quad[0][0]);

// Points as they lie after the picture was turned back by an angle around its origin.
export function turned(points, angle) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return points.map(([x, y]) => [x * cos + y * sin, y * cos - x * sin]);
}
