import { Refusal, bytes, duration, fact, get, instant, make, place, start, word } from "./page.js";

const id = new URLSearchParams(location.search).get("id") ?? "";

let consultation = null;
let said = () => word("loading");

// The hour that counts is the gateway's, given with the consultation.
function deadline() {
    const left = new Date(consultation.deadline) - new Date(consultation.now);
    const text = left > 0 ? word("left", duration(left)) : word("past");
    return [instant(consultation.deadline), ` (${text})`];
}

function state() {
    const passed = consultation.state === "published" && new Date(consultation.deadline) <= new Date(consultation.now);
    return word(passed ? "closed" : consultation.state);
}

function facts() {
    const rows = [
        ...fact("buyer", consultation.body.name),
        ...fact("reference", consultation.reference),
        ...fact("deadline", ...deadline()),
        ...fact("state", state()),
    ];
    if (consultation.procedure)
        rows.push(...fact("procedure", consultation.procedure));
    if (consultation.lots?.length > 0)
        rows.push(...fact("lots", make("ul", {}, ...consultation.lots.map((lot) => make("li", {}, `${lot.number} – ${lot.title}`)))));
    if (consultation.envelopes?.length > 0)
        rows.push(...fact("envelopes", consultation.envelopes.join(", ")));
    return rows;
}

function documentRow(file) {
    const url = `/api/v1/consultations/${encodeURIComponent(id)}/documents/${encodeURIComponent(file.name)}`;
    return make("tr", {},
        make("th", { scope: "row" }, make("a", { href: url, download: file.name }, file.name)),
        make("td", {}, file.mediaType),
        make("td", {}, make("span", { title: `${file.size} ${word("bytes")}` }, bytes(file.size))),
        make("td", {}, make("code", {}, file.sha256)));
}

function commands() {
    return [
        "pli sign --key cle.pem --certificate certificat.pem --output offre.asice memoire.pdf prix.pdf",
        `pli seal --consultation ${id} --kind offre --output pli offre.asice`,
        `pli deposit --consultation ${id} pli --receipt accuse.xml`,
    ].join("\n");
}

function show() {
    place("status").textContent = said();
    place("consultation").hidden = consultation === null;
    if (consultation === null)
        return;
    document.title = `${consultation.title} – Pli`;
    place("title").textContent = consultation.title;
    place("object").textContent = consultation.object;
    place("facts").replaceChildren(...facts());
    place("documents").replaceChildren(...consultation.documents.map(documentRow));
    place("quorum").textContent = word("quorum", consultation.quorum, consultation.members.length);
    place("members").replaceChildren(...consultation.members.map((member) => make("li", {}, member.name)));
    place("assistant").href = `/ui/deposit.html?consultation=${encodeURIComponent(id)}`;
    place("commands").textContent = commands();
}

async function load() {
    try {
        consultation = await get(`/api/v1/consultations/${encodeURIComponent(id)}`);
        said = () => "";
    } catch (error) {
        const unknown = error instanceof Refusal && error.status < 500;
        said = () => word(unknown ? "noSuch" : "unavailable");
    }
    show();
}

start(show);
load();
