// Where the service is found: beneath the path that its own files lie beneath. Every address that a script makes is made here.

export const base = new URL("..", import.meta.url).pathname.slice(0, -1); // "" where it has a host's root

export const addressOf = (path) => base + path;
