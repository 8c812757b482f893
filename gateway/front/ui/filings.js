import { fact, get, instant, make, place, start, word } from "./page.js";

const states = ["draft", "submitted", "sending", "sent", "acknowledged", "refused", "rejected", "failed", "cancelling", "cancelled"];
let shown = [];
let letters = [];
let next = null;
let said = () => word("loading");

function row(filing) {
    return make("tr", {}, make("th", { scope: "row" }, make("a", { href: `/ui/filing.html?id=${filing.id}` }, filing.number ?? filing.transaction ?? filing.id)),
        make("td", {}, filing.object ?? filing.kind), make("td", {}, word(`filing-${filing.state}`)), make("td", {}, filing.created ? instant(filing.created) : ""));
}

function letterCard(letter) {
    return make("li", {}, make("h3", {}, word(`letter-${letter.message?.split("-")[0]}`)),
        make("dl", {}, ...fact("sinceWhen", letter.received ? instant(letter.received) : letter.date ?? ""), ...fact("state", letter.state), ...(letter.text ? fact("objectLabel", letter.text) : [])));
}

function draw() {
    place("status").textContent = said();
    const kept = place("state").value;
    place("state").replaceChildren(make("option", { value: "" }, word("anyState")), ...states.map((state) => make("option", { value: state }, word(`filing-${state}`))));
    place("state").value = kept;
    place("rows").replaceChildren(...shown.map(row));
    place("letters").replaceChildren(...(letters.length > 0 ? letters.map(letterCard) : [make("li", {}, word("noLetter"))]));
    place("more").hidden = next === null;
}

async function load(after) {
    const query = new URLSearchParams({ limit: "50", ...(place("text").value ? { text: place("text").value } : {}), ...(place("state").value ? { state: place("state").value } : {}), ...(after ? { after } : {}) });
    try {
        const page = await get(`/api/v1/filings?${query}`);
        shown = after ? shown.concat(page.filings) : page.filings;
        next = page.next ?? null;
        letters = (await get("/api/v1/letters?limit=20")).letters;
        said = () => shown.length === 0 ? word("noFiling") : "";
    } catch (error) {
        said = () => word(error.status < 500 ? "notForYou" : "unavailable");
    }
    draw();
}

place("search").addEventListener("submit", (event) => (event.preventDefault(), load(null)));
place("more").addEventListener("click", () => load(next));
start(draw);
load(null);
