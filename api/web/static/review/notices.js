// What must not go unseen: decisions that were not taken, with what stands there now. They stay until they are closed.

import { announce, copyOf, fill, find, language, problemText, words } from "../page.js";

export function conflict({ item, body }, answer, now, number) {
  const card = copyOf("#conflict-card");
  const mine = body.kind === "unreadable" || body.kind === "escalate" ? words[`did_${body.kind}`] : body.boxes;
  find("h2", card).textContent = fill(words.conflict, { label: item.label[language], station: item.station ?? "–" });
  find(".why", card).textContent = problemText(JSON.stringify(answer.body));
  find(".mine", card).textContent = fill(words.conflict_mine, { mine });
  find(".theirs", card).textContent = theirs(item, now, number);
  find("button", card).addEventListener("click", () => card.remove());
  find("#notices").prepend(card);
  announce(find("h2", card).textContent);
}

function theirs(item, now, number) {
  if (item.kind === "blind") return words.conflict_blind;
  if (now) return fill(words.conflict_again, { boxes: now.boxes ?? "–" });
  if (!number) return words.conflict_gone;
  return fill(words.conflict_now, { boxes: number.final_boxes || number.boxes, state: words[`state_${number.state}`] });
}
