// How many files had arrived when this window was loaded again, each as the pages that were made of it: the rest is counted
// with them. It holds no photograph, belongs to one window and one person, and is begun anew once nothing is left to send.

const NAME = "chasil-arrived";

export function arrivedOf(person) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(NAME) ?? "{}");
    return kept.person === person ? kept.files : [];
  } catch {
    return []; // where nothing can be kept, nothing is known
  }
}

export function rememberArrived(person, files) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ person, files }));
  } catch { /* counted anew after a reload */ }
}

export function forgetArrived() {
  try {
    sessionStorage.removeItem(NAME);
  } catch { /* nothing was kept */ }
}
