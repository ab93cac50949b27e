// The key with which a person signs what they decide. It is made in this browser and stays in it: nobody can read it,
// this script neither (`extractable: false`); it can only be asked to sign. What is signed: api/ledger/statements.py.

import { storeIn } from "./kept.js";

const KEYS = "keys";
const ALGORITHM = "Ed25519";
const NONCE_BYTES = 16;

const within = storeIn("chasil-keys", KEYS, (base) => base.createObjectStore(KEYS, { keyPath: "id" }));

// Why this browser cannot hold a key: "insecure" (an address without HTTPS), "unsupported", or "" where it can.
export async function hindrance() {
  if (!window.isSecureContext || !crypto.subtle) return "insecure";
  try {
    await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
    await within("readonly", (store) => store.count());
    return "";
  } catch {
    return "unsupported";
  }
}

// Make a key for a person (their id, and what statements call them); resolves with its public half and its proof.
export async function makeKey(person, name) {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  const open = hex(await crypto.subtle.exportKey("raw", publicKey));
  const id = hex(await crypto.subtle.digest("SHA-256", bytes(open))).slice(0, 32);
  await within("readwrite", (store) => store.put({ id, person, name, privateKey }));
  return { id, public: open, proof: await signed(privateKey, ["chasil-key/v1", `person ${name}`, `public ${open}`]) };
}

export const forgetKey = (id) => within("readwrite", (store) => store.delete(id));

// Resolves with what signs for a person: the key here that is among those in force, or null where this browser has none.
export async function signerOf({ account, person, keys }) {
  if (keys.length === 0 || !window.isSecureContext || !window.indexedDB) return null;
  const here = await within("readonly", (store) => store.getAll()).catch(() => []);
  const key = here.find((one) => one.person === account && keys.includes(one.id));
  return key ? new Signer(key, person) : null;
}

export async function heldHere(account) {
  if (!window.indexedDB) return [];
  const here = await within("readonly", (store) => store.getAll()).catch(() => []);
  return here.filter((one) => one.person === account).map((one) => one.id);
}

export class Signer {
  constructor({ id, privateKey }, person) {
    this.id = id;
    this.privateKey = privateKey;
    this.person = person;
  }

  // Sign that the ink says this, or what else is decided of it.
  async decision({ original, page, field }, kind, boxes = "") {
    const nonce = hex(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)));
    const lines = ["chasil-decision/v1", `person ${this.person}`, `original ${original}`, `page ${page}`,
      `field ${field}`, `kind ${kind}`, `boxes ${boxes}`, `key ${this.id}`, `nonce ${nonce}`];
    return { key: this.id, nonce, signature: await signed(this.privateKey, lines) };
  }

  // Sign that another key is somebody's.
  confirmation(person, open) {
    return signed(this.privateKey, ["chasil-confirmation/v1", `by ${this.id}`, `person ${person}`, `public ${open}`]);
  }
}

async function signed(key, lines) {
  return hex(await crypto.subtle.sign(ALGORITHM, key, new TextEncoder().encode(`${lines.join("\n")}\n`)));
}

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const bytes = (text) => Uint8Array.from(text.match(/../g), (pair) => Number.parseInt(pair, 16));
