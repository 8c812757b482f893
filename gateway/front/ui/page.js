// What every page shares: language, words, requests. No state but the chosen language.
import { catalogue } from "./catalogue.js";

const languages = ["fr", "en"];

function chosen() {
    let kept = null;
    try {
        kept = localStorage.getItem("language");
    } catch {
        // Storage may be refused: the page then opens in French each time.
    }
    return languages.includes(kept) ? kept : "fr";
}

let language = chosen();

export function lang() {
    return language;
}

export function word(key, ...values) {
    const text = catalogue[key][languages.indexOf(language)];
    return values.reduce((said, value, n) => said.replace(`{${n}}`, value), text);
}

function translate() {
    document.documentElement.lang = language;
    for (const element of document.querySelectorAll("[data-word]"))
        element.textContent = word(element.dataset.word);
    const button = document.getElementById("language");
    button.textContent = language === "fr" ? "English" : "Français";
    button.lang = language === "fr" ? "en" : "fr";
}

// `show` draws what the HTML does not hold; it is run now and after each change of language.
export function start(show) {
    document.getElementById("language").addEventListener("click", () => {
        language = language === "fr" ? "en" : "fr";
        try {
            localStorage.setItem("language", language);
        } catch {
            // As above.
        }
        translate();
        show();
    });
    translate();
    show();
}

export class Refusal extends Error {
    constructor(status) {
        super(`status ${status}`);
        this.status = status;
    }
}

export async function get(path, accept = "application/json") {
    const answer = await fetch(path, { headers: { Accept: accept, "Accept-Language": language }, credentials: "same-origin" });
    if (!answer.ok)
        throw new Refusal(answer.status);
    return accept === "application/json" ? answer.json() : answer.text();
}

export function make(name, properties = {}, ...children) {
    const element = document.createElement(name);
    Object.assign(element, properties);
    element.append(...children);
    return element;
}

export function instant(text) {
    const when = new Date(text);
    const shown = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "medium", timeZone: "Europe/Paris" }).format(when);
    return make("time", { dateTime: text }, `${shown} (Paris)`);
}

export function duration(milliseconds) {
    const units = [["day", 86400000], ["hour", 3600000], ["minute", 60000], ["second", 1000]];
    const [unit, size] = units.find(([, length]) => milliseconds >= length) ?? units[3];
    return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(Math.floor(milliseconds / size));
}

export function bytes(size) {
    const units = [["gigabyte", 1e9], ["megabyte", 1e6], ["kilobyte", 1e3], ["byte", 1]];
    const [unit, length] = units.find(([, least]) => size >= least) ?? units[3];
    return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(size / length);
}
