// The five charts, drawn by Chart.js. Each is said in words too, and its numbers stand in a table below it.

import { briefDay, shortDay } from "./days.js";
import { $, element, row } from "./dom.js";
import { FEVER, FOOD, INFECTION, TREATMENT } from "./record.js";

const { Chart } = globalThis;
const dark = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const charts = {};

/** A colour of the style sheet, as it is in the scheme that holds now. */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const OF_STATUS = { Positive: "positive", Negative: "negative", "Awaiting Results": "awaiting", "Under Treatment": "treatment", Recovered: "negative", Monitoring: "monitoring" }; // prettier-ignore
const OF_FOOD = { Regular: "food-1", Vegetarian: "food-2", Vegan: "food-3", Halal: "food-4" };

const line = (name, label, extra) => ({
  label,
  borderColor: colour(name),
  backgroundColor: colour(name),
  tension: 0.3,
  pointRadius: 2,
  borderWidth: 2,
  data: [],
  ...extra,
});
const area = (name, label) =>
  line(name, label, { fill: true, backgroundColor: `color-mix(in srgb, ${colour(name)} 14%, transparent)` });
const ring = (colours) => [
  { data: [], backgroundColor: Object.values(colours).map(colour), borderColor: colour("surface"), borderWidth: 3 },
];

function configurations() {
  const whole = { beginAtZero: true, ticks: { precision: 0 }, grid: { color: colour("line") } };
  const days = { grid: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 16 } };
  const round = { plugins: { legend: { position: "bottom" } } };
  return {
    trend: {
      type: "line",
      data: {
        labels: [],
        datasets: [area("positive", "Positive"), line("treatment", "Active"), line("awaiting", "Awaiting results")],
      },
      options: { scales: { x: days, y: whole }, interaction: { mode: "index", intersect: false } },
    },
    treatment: {
      type: "pie",
      data: { labels: TREATMENT, datasets: ring(Object.fromEntries(TREATMENT.map((status) => [status, OF_STATUS[status]]))) },
      options: round,
    },
    tents: {
      type: "bar",
      data: {
        labels: [],
        datasets: INFECTION.map((status) => ({
          label: status,
          backgroundColor: colour(OF_STATUS[status]),
          borderRadius: 2,
          data: [],
        })),
      },
      options: {
        scales: { x: { ...days, stacked: true }, y: { ...whole, stacked: true } },
        interaction: { mode: "index", intersect: false },
      },
    },
    food: { type: "doughnut", data: { labels: FOOD, datasets: ring(OF_FOOD) }, options: { ...round, cutout: "58%" } },
    temperature: {
      type: "line",
      data: {
        labels: [],
        datasets: [
          line("monitoring", "Highest"),
          line("treatment", "Average"),
          line("positive", `Fever, ${FEVER} °F`, { borderDash: [7, 5], pointRadius: 0, pointHitRadius: 0 }),
        ],
      },
      options: {
        scales: { x: days, y: { suggestedMin: 97, suggestedMax: 103, grid: { color: colour("line") } } },
        interaction: { mode: "index", intersect: false },
      },
    },
  };
}

function make() {
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 12;
  Chart.defaults.color = colour("soft");
  Chart.defaults.maintainAspectRatio = false;
  Chart.defaults.animation = still.matches ? false : { duration: 300 };
  Object.assign(Chart.defaults.plugins.legend.labels, { usePointStyle: true, boxHeight: 7, padding: 14 });
  for (const [id, configuration] of Object.entries(configurations())) {
    const before = charts[id];
    before?.destroy();
    charts[id] = new Chart($(id), configuration);
    if (before)
      draw(
        id,
        before.data.labels,
        before.data.datasets.map(({ data }) => data),
      );
  }
}

function draw(id, labels, series) {
  const chart = charts[id];
  chart.data.labels = labels;
  series.forEach((data, place) => (chart.data.datasets[place].data = data));
  chart.update();
}

/** The chart, its numbers as a table, and a sentence for who cannot see it. */
function show(id, head, labels, series, sentence, tableLabels = labels, text = String) {
  draw(id, labels, series);
  $(id).setAttribute("aria-label", sentence);
  const shown = series.slice(0, head.length - 1);
  $(`${id}Numbers`).replaceChildren(
    element("thead", {}, element("tr", {}, ...head.map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, ...tableLabels.map((label, place) => row(label, ...shown.map((data) => text(data[place]))))),
  );
}

const listed = (counts) =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");

/** `statistics` has one for each of `days`. */
export function showDays(days, statistics) {
  const of = (read) => statistics.map(read);
  const positives = of((one) => one.infection.Positive);
  const most = positives.indexOf(Math.max(...positives));
  show(
    "trend",
    ["Day", "Positive", "Active", "Awaiting results"],
    days.map(briefDay),
    [positives, of((one) => one.active), of((one) => one.infection["Awaiting Results"])],
    `Positive cases went from ${positives[0]} on ${briefDay(days[0])} to ${positives.at(-1)} on ${briefDay(days.at(-1))}; most were ${positives[most]} on ${briefDay(days[most])}.`,
    days.map(shortDay),
  );
  const [highest, average] = [of((one) => one.highest ?? null), of((one) => one.average ?? null)];
  show(
    "temperature",
    ["Day", "Highest", "Average"],
    days.map(briefDay),
    [highest, average, days.map(() => FEVER)],
    `Temperatures on ${briefDay(days.at(-1))}: highest ${highest.at(-1)?.toFixed(1) ?? "unknown"}, average ${average.at(-1)?.toFixed(1) ?? "unknown"} °F; fever begins at ${FEVER}.`,
    days.map(shortDay),
    (value) => value?.toFixed(1) ?? "–",
  );
}

/** `occupancy` is by tent and then by infection status. */
export function showDay({ treatment, food }, occupancy) {
  show(
    "treatment",
    ["Status", "Patients"],
    TREATMENT,
    [TREATMENT.map((name) => treatment[name])],
    `Treatment: ${listed(treatment)}.`,
  );
  show("food", ["Food", "Patients"], FOOD, [FOOD.map((name) => food[name])], `Meals: ${listed(food)}.`);
  const names = Object.keys(occupancy);
  const total = (tent) => INFECTION.reduce((sum, status) => sum + occupancy[tent][status], 0);
  const fullest = names.reduce((a, b) => (total(b) > total(a) ? b : a));
  show(
    "tents",
    ["Tent", ...INFECTION],
    names,
    INFECTION.map((status) => names.map((tent) => occupancy[tent][status])),
    `Patients in ${names.length} tents; the fullest is ${fullest} with ${total(fullest)}.`,
  );
}

make();
dark.addEventListener("change", make);
document.fonts.ready.then(() => Object.values(charts).forEach((chart) => chart.update("none")));
