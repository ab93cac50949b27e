// Puts values into a text of the catalogue; of `{count:file|files}` the first is written where there is one, else the second.
export const fill = (text, values) =>
  text.replace(/\{(\w+)(?::([^{}|]+)\|([^{}|]+))?\}/g, (_whole, name, one, many) => {
    if (many === undefined) return values[name];
    return String(values[name]) === "1" ? one : many;
  });
