import { get, lang, make, place, refusal, send, start, word } from "./page.js";

let said = () => "";
let procedures = [];

function draw() {
    place("status").textContent = said();
    const kept = place("procedure").value;
    place("procedure").replaceChildren(...procedures.map((row) => make("option", { value: row.code }, row[lang()])));
    if (kept)
        place("procedure").value = kept;
}

// The first certificate of a PEM file.
async function certificateIn(file) {
    const found = (await file.text()).match(/-----BEGIN CERTIFICATE-----([^-]+)-----END/);
    if (found === null)
        throw new Error(word("noCertificate", file.name));
    return { certificate: found[1].replace(/\s/g, "") };
}

async function wishes() {
    const lots = place("lots").value.split("\n").map((line) => line.trim()).filter(Boolean);
    const cpv = place("cpv").value.split(/[\s,;]+/).filter(Boolean);
    return {
        reference: place("reference").value, title: place("name").value, object: place("object").value, procedure: place("procedure").value,
        deadline: new Date(place("deadline").value).toISOString(), quorum: Number(place("quorum").value),
        lots: lots.map((title, n) => ({ number: String(n + 1), title })), ...(cpv.length > 0 ? { cpv } : {}),
        envelopes: ["candidature", "offre"].filter((kind) => place(kind).checked),
        members: await Promise.all([...place("members").files].map(certificateIn)),
    };
}

async function submit(event) {
    event.preventDefault();
    try {
        const made = await send("POST", "/api/v1/consultations", await wishes());
        location.href = `/ui/procedure.html?id=${made.id}`;
    } catch (error) {
        said = () => refusal(error);
        draw();
        place("status").scrollIntoView();
    }
}

place("form").addEventListener("submit", submit);
start(draw);
get("/api/v1/procedures").then((answer) => (procedures = answer.procedures, place("procedure").value = "", draw()), () => (said = () => word("unavailable"), draw()));
