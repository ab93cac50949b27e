// Whether what is on the screen has been looked at: nothing is decided before the picture of its number is painted, nor
// just after. A second tap would otherwise decide the next number, which nobody has seen.

const QUIET = 300; // ms from the painted picture on, in which nothing is decided
const AT_MOST = 600; // ms from the painted picture on, by which a burst of taps keeps it quiet

export class Guard {
  // `changed` is called when deciding becomes possible, and when it ceases to be.
  constructor(changed) {
    this.changed = changed;
    this.painted = null; // when the picture was painted, ms
    this.tapped = -Infinity; // when a tap last came too early
  }

  // Another number: what was seen counts no more.
  close() {
    clearTimeout(this.timer);
    this.painted = null;
    this.changed(false);
  }

  // The picture of the number has been painted.
  open(at = performance.now()) {
    if (this.painted !== null) return;
    this.painted = at;
    this.timer = setTimeout(() => this.changed(true), QUIET);
  }

  // Whether a tap at that moment decides; one that comes too early keeps it quiet for as long again.
  lets(at = performance.now()) {
    if (this.painted === null) return false;
    const shown = at - this.painted;
    if (shown >= QUIET && (shown >= AT_MOST || at - this.tapped >= QUIET)) return true;
    this.tapped = at;
    return false;
  }
}

// Resolves once what has just been drawn is on the screen.
export const onScreen = () => new Promise((done) => {
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now());
    channel.port2.postMessage(null);
  });
});
