// Pictures of what was read: the photograph with its boxes drawn, and each number's own ink beside its value.

import { copyOf, fill, find, words } from "./page.js";

const OVERLAY_HEIGHT = 1500; // the server draws the photograph no higher than this

export function showOverlay(card, page) {
  if (!page.overlay) return null;
  const bytes = Uint8Array.from(atob(page.overlay.split(",")[1]), (char) => char.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
  page.overlay = null; // the text is a third larger than the picture
  const figure = copyOf("#overlay-figure");
  find("a", figure).href = url;
  const picture = find("img", figure);
  picture.src = url;
  picture.alt = fill(words.overlay_of, { name: page.source.name });
  find(".caption", figure).textContent = page.source.name;
  const box = find(".overlays", card);
  box.hidden = false;
  box.append(figure);
  find(".columns", card).classList.toggle("two", Object.keys(page.fields).length > 0);
  return picture;
}

// Each number's own ink beside its value: cut from the file that was chosen, or from the overlay where the browser
// cannot show that file (PDF, ZIP, HEIC). `also` draws what else is cut from it, while it is there.
export async function showInk(card, page, overlay, files, also) {
  const { name, width, height } = page.source;
  const file = files.find((one) => one.name === name && one.type.startsWith("image/"));
  const bitmap = file && (await createImageBitmap(file).catch(() => null));
  const usable = bitmap && bitmap.width === width && bitmap.height === height;
  if (!usable && overlay) await overlay.decode().catch(() => {});
  for (const [field, { region }] of Object.entries(page.fields)) {
    const row = find(`tr[data-name="${CSS.escape(field)}"]`, card);
    if (!row || !region) continue;
    const canvas = find("canvas", row);
    if (usable) drawInk(canvas, bitmap, 1, region);
    else if (overlay?.naturalWidth) drawInk(canvas, overlay, Math.min(1, OVERLAY_HEIGHT / height), region);
    else continue;
    canvas.setAttribute("aria-label", fill(words.ink, { label: find(".label", row).textContent }));
    canvas.hidden = false;
  }
  if (usable) also(card, page, bitmap, 1);
  else if (overlay?.naturalWidth) also(card, page, overlay, Math.min(1, OVERLAY_HEIGHT / height));
  bitmap?.close();
}

// Draw what lies in a quadrilateral of the photograph, given clockwise from its upper left corner, straightened.
export function drawInk(canvas, picture, scale, [topLeft, topRight, , bottomLeft]) {
  const across = [topRight[0] - topLeft[0], topRight[1] - topLeft[1]];
  const down = [bottomLeft[0] - topLeft[0], bottomLeft[1] - topLeft[1]];
  canvas.height = 96;
  canvas.width = Math.min(600, Math.round((96 * Math.hypot(...across)) / Math.hypot(...down)));
  // Maps the canvas to the photograph; turned round, it straightens a sheet that lies askew.
  const [w, h] = [canvas.width, canvas.height];
  const toPhotograph = new DOMMatrix([across[0] / w, across[1] / w, down[0] / h, down[1] / h, ...topLeft]);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.setTransform(toPhotograph.inverse());
  context.scale(1 / scale, 1 / scale);
  context.drawImage(picture, 0, 0);
}
