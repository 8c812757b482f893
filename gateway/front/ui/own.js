// The consultations of one's own desk, or of the commissions one sits in, as cards.
import { fact, get, instant, make, place, start, word } from "./page.js";

function card(consultation, { page, facts }) {
    const rows = [...fact("reference", consultation.reference ?? ""), ...fact("state", word(`state-${consultation.state}`)),
        ...fact("deadline", consultation.deadline ? instant(consultation.deadline) : "–")];
    return make("li", {}, make("h2", {}, make("a", { href: `${page}?id=${consultation.id}` }, consultation.title)), make("dl", {}, ...facts(consultation, rows)));
}

// `page`: where a card leads; `empty`: what is said where there is none; `facts(consultation, rows)`: the rows of a card,
// with what it tells besides.
export async function listOwn(view) {
    let shown = [];
    let said = () => word("loading");
    const draw = () => {
        place("status").textContent = said();
        place("list").replaceChildren(...shown.map((consultation) => card(consultation, view)));
    };
    start(draw);
    try {
        shown = (await get("/api/v1/desk?limit=200")).consultations;
        said = () => shown.length === 0 ? word(view.empty) : "";
    } catch (error) {
        said = () => word(error.status < 500 ? "notForYou" : "unavailable");
    }
    draw();
}
