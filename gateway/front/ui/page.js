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
    headDraw();
    const button = place("language");
    button.addEventListener("click", languageSwitch);
    button.textContent = language === "fr" ? "English" : "Français";
    button.lang = language === "fr" ? "en" : "fr";
}

let drawn = () => {};

function languageSwitch() {
    language = language === "fr" ? "en" : "fr";
    try {
        localStorage.setItem("language", language);
    } catch {
        // As above.
    }
    translate();
    drawn();
    place("language").focus();
}

// `show` draws what the HTML does not hold; it is run now, when the caller is known, and after each change of language.
export async function start(show) {
    drawn = show;
    translate();
    show();
    caller = await get("/api/v1/me").catch(() => caller);
    translate();
    show();
}

export class Refusal extends Error {
    // `problem`: RFC 9457, in the page's language.
    constructor(status, problem = {}) {
        super(problem.detail ?? problem.title ?? `status ${status}`);
        this.status = status;
        this.problem = problem;
    }
}

// What a refusal says, for people.
export const refusal = (error) => word("refused", error.problem?.title ?? "", error.message);

// Throws the gateway's own words where it refused.
export async function checked(answer) {
    if (!answer.ok)
        throw new Refusal(answer.status, await answer.json().catch(() => ({})));
}

export async function get(path, accept = "application/json") {
    const answer = await fetch(path, { headers: { Accept: accept, "Accept-Language": language }, credentials: "same-origin" });
    await checked(answer);
    return accept === "application/json" ? answer.json() : answer.text();
}

export const place = (name) => document.getElementById(name);

// What the element has as a property is set as one, the rest (for, class, aria-…, data-…) as attributes.
export function make(name, properties = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(properties))
        if (key in element)
            element[key] = value;
        else
            element.setAttribute(key, value);
    element.append(...children);
    return element;
}

// Legal hours are those of Paris, whatever the machine's own clock is set to.
export function hour(when) {
    return `${new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "medium", timeZone: "Europe/Paris" }).format(new Date(when))} (Paris)`;
}

export function instant(text) {
    return make("time", { dateTime: text }, hour(text));
}

export function fact(key, ...value) {
    return [make("dt", {}, word(key)), make("dd", {}, ...value)];
}

// A request that changes something: the answer's JSON, or a Refusal with the gateway's own words.
export async function send(method, path, body) {
    const json = body !== undefined && !(body instanceof Blob);
    const answer = await fetch(path, { method, credentials: "same-origin", body: json ? JSON.stringify(body) : body,
        headers: { Accept: "application/json", "Accept-Language": language, ...(json ? { "Content-Type": "application/json" } : {}) } });
    await checked(answer);
    const type = answer.headers.get("Content-Type") ?? "";
    return answer.status === 204 ? null : type.includes("json") ? answer.json() : answer.text();
}

// ---- the head of every page: where one may go depends on who one is ----
const rooms = [
    { href: "/", key: "consultations" },
    { href: "/ui/verify.html", key: "prove" },
    { href: "/ui/desk.html", key: "desk", role: "buyer" },
    { href: "/ui/rooms.html", key: "openings", role: "member" },
    { href: "/ui/filings.html", key: "filings", role: "filer" },
    { href: "/ui/operator.html", key: "operator", role: "operator" },
    { href: "/ui/auditor.html", key: "auditor", role: "auditor" },
];
let caller = { name: null, roles: [], certificateName: location.hostname };

export const me = () => caller;

function headDraw() {
    const here = (room) => room.href === location.pathname || (room.href === "/" && location.pathname === "/ui/index.html");
    const links = rooms.filter(({ role }) => role === undefined || caller.roles.includes(role)).map((room) =>
        make("li", {}, make("a", { href: room.href, ...(here(room) ? { "aria-current": "page" } : {}) }, word(room.key))));
    const door = `https://${caller.certificateName}${location.port ? ":" + location.port : ""}${location.pathname}${location.search}`;
    const who = caller.name !== null ? make("span", {}, caller.name) :
        location.hostname === caller.certificateName ? make("span", {}, word("unknownCertificate")) : make("a", { href: door, id: "door" }, word("certificateDoor"));
    place("head").replaceChildren(make("p", { class: "brand" }, make("a", { href: "/" }, "Pli")),
        make("nav", { "aria-label": word("mainNavigation") }, make("ul", {}, ...links)),
        make("p", { class: "who" }, who), make("button", { type: "button", id: "language" }));
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
