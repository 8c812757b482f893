import { get, instant, make, place, start, word } from "./page.js";

const list = place("list");
const status = place("status");
const more = place("more");
const words = place("words");

let shown = [];
let next = null;
let said = () => word("loading");

function card(consultation) {
    const link = make("a", { href: `/ui/consultation.html?id=${encodeURIComponent(consultation.id)}` }, consultation.title);
    const facts = make("dl", {},
        make("dt", {}, word("buyer")), make("dd", {}, consultation.body?.name ?? ""),
        make("dt", {}, word("reference")), make("dd", {}, consultation.reference ?? ""),
        make("dt", {}, word("deadline")), make("dd", {}, instant(consultation.deadline)));
    return make("li", {}, make("h2", {}, link), make("p", {}, consultation.object ?? ""), facts);
}

function show() {
    status.textContent = said();
    list.replaceChildren(...shown.map(card));
    more.hidden = next === null;
}

async function fetchPage(after) {
    const query = new URLSearchParams({ search: words.value, limit: "20" });
    if (after !== null)
        query.set("after", after);
    try {
        const page = await get(`/api/v1/consultations?${query}`);
        shown = after === null ? page.consultations : shown.concat(page.consultations);
        next = page.next ?? null;
        said = () => (shown.length > 0 ? word("found", shown.length) : word("none"));
    } catch {
        said = () => word("unavailable");
    }
    show();
}

place("search").addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", words.value ? `/?search=${encodeURIComponent(words.value)}` : "/");
    fetchPage(null);
});
more.addEventListener("click", () => fetchPage(next));

words.value = new URLSearchParams(location.search).get("search") ?? "";
start(show);
fetchPage(null);
