// What a monitor watches, for the one who runs the gateway: figures now, and how they move while the page is open.
import { get, make, place, start, word } from "./page.js";

const EVERY = 5000; // milliseconds
const KEPT = 120;   // looks
const history = new Map();
let metrics = [];
let said = () => word("loading");

// Prometheus' text format: name{labels} value.
function parse(text) {
    const help = new Map([...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name, words]) => [name, words]));
    return [...text.matchAll(/^([a-z_:][a-z0-9_:]*)(\{[^}]*\})? (\S+)/gim)].map(([, name, labels, value]) => ({ name, labels: labels ?? "", value: Number(value), help: help.get(name) ?? "" }));
}

function tile({ name, labels, value, help }) {
    return make("div", { class: "tile" }, make("p", { class: "figure" }, new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 }).format(value)),
        make("p", {}, help || name, labels ? make("span", { class: "quiet" }, ` ${labels}`) : ""));
}

function chart(key, points) {
    const space = "http://www.w3.org/2000/svg";
    const top = Math.max(...points, 1);
    const svg = document.createElementNS(space, "svg");
    const line = document.createElementNS(space, "polyline");
    svg.setAttribute("viewBox", "0 0 600 80");
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", `${key} : ${points.at(-1)}`);
    line.setAttribute("points", points.map((value, n) => `${(600 * n) / Math.max(points.length - 1, 1)},${78 - (74 * value) / top}`).join(" "));
    svg.append(line);
    return make("figure", {}, make("figcaption", {}, `${key} : ${points.at(-1)}`), svg);
}

const simple = (metric) => !/_bucket$|_sum$/.test(metric.name) && Number.isFinite(metric.value);
const gauge = (metric) => simple(metric) && !/_total$|_count$/.test(metric.name);

function draw() {
    place("status").textContent = said();
    place("tiles").replaceChildren(...metrics.filter(gauge).map(tile));
    place("rows").replaceChildren(...metrics.map(({ name, labels, value, help }) => make("tr", {}, make("th", { scope: "row" }, make("code", {}, name + labels)), make("td", {}, String(value)), make("td", {}, help))));
    place("charts").replaceChildren(...[...history].filter(([, points]) => new Set(points).size > 1).map(([key, points]) => chart(key, points)));
}

async function look() {
    try {
        metrics = parse(await get("/metrics", "text/plain"));
        for (const metric of metrics.filter(simple)) {
            const key = metric.name + metric.labels;
            history.set(key, [...(history.get(key) ?? []), metric.value].slice(-KEPT));
        }
        said = () => "";
    } catch (error) {
        said = () => word(error.status < 500 ? "notForYou" : "unavailable");
    }
    draw();
    setTimeout(look, EVERY);
}

start(draw);
look();
