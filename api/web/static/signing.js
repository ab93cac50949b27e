// What signs on this page: the key of this browser, where its person has one; or a word that it lacks one that is needed.

import { content, find } from "./page.js";
import { signerOf } from "./keyring.js";

const told = JSON.parse(content.dataset.signing);

// Resolves with a signer, or null where nothing is signed here.
export const signer = signerOf(told).catch(() => null);

signer.then((found) => { find("#key-missing").hidden = found !== null || !told.must_sign; });

// Resolves with the signature of a decision; undefined where nothing is signed, so that the service says what it lacks.
export async function signatureOf(ink, kind, boxes = "") {
  return (await signer)?.decision(ink, kind, boxes).catch(() => undefined);
}
