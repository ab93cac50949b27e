// An administrator vouches for a person's key with the key of this browser, if there is one.

import { complain, content, words } from "./page.js";
import { signerOf } from "./keyring.js";

const told = JSON.parse(content.dataset.signing);

for (const form of content.querySelectorAll("form[data-confirms]")) {
  form.addEventListener("submit", async (event) => {
    const revokes = event.submitter?.value === "key-revoked";
    if (revokes || form.elements.signature.value || !told.must_sign) return; // signed, or nothing to sign with
    event.preventDefault();
    const signer = await signerOf(told).catch(() => null);
    if (!signer) return complain(words.key_elsewhere);
    form.elements.signature.value = await signer.confirmation(form.dataset.person, form.dataset.confirms);
    form.elements.by.value = signer.id;
    form.requestSubmit(event.submitter); // which says that it is a confirmation
  });
}
