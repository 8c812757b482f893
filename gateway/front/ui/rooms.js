import { fact, get, instant, make, place, start, word } from "./page.js";

let shown = [];
let said = () => word("loading");

function card(consultation) {
    return make("li", {}, make("h2", {}, make("a", { href: `/ui/opening.html?id=${consultation.id}` }, consultation.title)),
        make("dl", {}, ...fact("buyer", consultation.body.name), ...fact("reference", consultation.reference ?? ""), ...fact("state", word(`state-${consultation.state}`)),
            ...fact("deadline", consultation.deadline ? instant(consultation.deadline) : "–")));
}

function draw() {
    place("status").textContent = said();
    place("list").replaceChildren(...shown.map(card));
}

async function load() {
    try {
        shown = (await get("/api/v1/desk?limit=200")).consultations;
        said = () => shown.length === 0 ? word("roomsEmpty") : "";
    } catch (error) {
        said = () => word(error.status < 500 ? "notForYou" : "unavailable");
    }
    draw();
}

start(draw);
load();
