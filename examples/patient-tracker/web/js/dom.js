// Small things both pages need.

export const $ = (id) => document.getElementById(id);

/** An element with these attributes and children; "on..." adds a listener. Texts are texts, never markup. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== undefined) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

/** Table rows of texts; the first cell heads its row. */
export const row = (first, ...cells) =>
  element("tr", {}, element("th", { scope: "row" }, first), ...cells.map((cell) => element("td", {}, cell)));

const problems = { work: undefined, look: undefined };

/**
 * The line at the top of the page that says what is wrong, until it is not: with what somebody did ("work"), or with
 * what the page reads by itself ("look"), which does not hide the former.
 */
export function showProblem(error, of = "work") {
  if (error) console.error(error);
  problems[of] = error;
  const shown = problems.work ?? problems.look;
  $("problem").hidden = !shown;
  const unreachable = shown instanceof TypeError; // fetch says no more about the network, or about CORS
  $("problem").textContent = unreachable ? "The records cannot be reached. Is the network there?" : (shown?.message ?? "");
}

/**
 * Runs `work` now and then again and again, `pause` ms after it ended, while the page can be seen. Gives a function that
 * runs it at once: if it is running, once more after that.
 */
export function keepDoing(work, pause) {
  let busy = false;
  let again = false;
  let timer;
  async function run() {
    again = busy;
    if (busy || document.hidden) return;
    busy = true;
    clearTimeout(timer);
    try {
      await work();
      showProblem(undefined, "look");
    } catch (error) {
      showProblem(error, "look");
    }
    busy = false;
    timer = setTimeout(run, again ? 0 : pause);
  }
  document.addEventListener("visibilitychange", run);
  run();
  return run;
}

/** Tells the other pages of this browser that a day's records changed, and hears it from them. */
const channel = new BroadcastChannel("patient-tracker");
export const announceChange = (day) => channel.postMessage(day);
export const onChange = (listener) => channel.addEventListener("message", ({ data }) => listener(data));
