// Questions that must be answered before anything is lost.

import { clockTime } from "./days.js";
import { $, element } from "./dom.js";
import { FIELDS, differences, valuesOf } from "./record.js";

/** The value of the button that was pressed; Escape is "". */
function ask(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

/** Whether what was typed for `what` may be forgotten. */
export async function mayDiscard(what) {
  $("discardWhat").textContent = what;
  return (await ask($("discard"))) === "discard";
}

const shown = (value) => (value === null || value === "" ? "–" : String(value));

function differenceRow({ name, mine, theirs, choice }) {
  const side = (value, text) => {
    const radio = element("input", { type: "radio", name, value, required: true, checked: choice === value });
    return element("td", {}, element("label", {}, radio, element("span", {}, shown(text))));
  };
  const head = element("th", { scope: "row" }, FIELDS[name], ...(choice ? [] : [element("small", {}, "both changed it")]));
  const attributes = { class: choice ? "" : "undecided", "aria-label": FIELDS[name] };
  return element("tr", attributes, head, side("mine", mine), side("theirs", theirs));
}

/**
 * Shows two versions of a record, field by field: the entity that somebody else saved, and the values in the form, which
 * began as `base`. Gives { keep: "merged", values }, { keep: "theirs" }, or { keep: "mine" } when nothing was decided.
 */
export async function askWhatToKeep(theirs, mine, base) {
  const theirValues = valuesOf(theirs);
  const rows = differences(base, mine, theirValues);
  $("mergeWho").textContent =
    `${theirs.UpdatedBy ?? "Somebody"} saved ${theirs.RowKey} on ${clockTime(theirs.LastUpdated)}, after you opened it. ` +
    (rows.length ? "Choose what to keep of each field in which you differ." : "You both entered the same.");
  $("mergeRows").replaceChildren(...rows.map(differenceRow));
  const answer = await ask($("merge"));
  if (answer !== "merge") return { keep: answer === "theirs" ? "theirs" : "mine" };
  const chosen = new FormData($("merge").querySelector("form"));
  const values = { ...theirValues };
  for (const { name } of rows) if (chosen.get(name) === "mine") values[name] = mine[name];
  return { keep: "merged", values };
}
