import { fact, get, instant, make, place, start, word } from "./page.js";

let shown = [];
let said = () => word("loading");

function card(consultation) {
    const questions = consultation.questions > 0 ? fact("questionsWaiting", String(consultation.questions)) : [];
    return make("li", {}, make("h2", {}, make("a", { href: `/ui/procedure.html?id=${consultation.id}` }, consultation.title)),
        make("dl", {}, ...fact("reference", consultation.reference ?? ""), ...fact("state", word(`state-${consultation.state}`)),
            ...fact("deadline", consultation.deadline ? instant(consultation.deadline) : "–"), ...questions));
}

function draw() {
    place("status").textContent = said();
    place("list").replaceChildren(...shown.map(card));
}

async function load() {
    try {
        shown = (await get("/api/v1/desk?limit=200")).consultations;
        said = () => shown.length === 0 ? word("deskEmpty") : "";
    } catch (error) {
        said = () => word(error.status < 500 ? "notForYou" : "unavailable");
    }
    draw();
}

start(draw);
load();
