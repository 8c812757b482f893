// One filing: where it is, what the State said of it, line by line.
import { bytes, fact, get, instant, lang, make, place, refusal, send, start, word } from "./page.js";

const id = new URLSearchParams(location.search).get("id") ?? "";
const base = `/api/v1/filings/${encodeURIComponent(id)}`;
const ENDED = ["acknowledged", "refused", "rejected", "failed", "cancelled"];
const EVERY = 3000; // milliseconds between two looks at what is under way
let filing = null;
let said = () => word("loading");

// What is wrong, whichever control found it: ours at reception, the State's per bordereau, piece and line.
function faults() {
    const ours = filing.checks?.reasons ?? [];
    const theirs = filing.answers.flatMap((answer) => answer.detail?.errors ?? answer.detail?.reasons ?? []);
    const acquit = filing.pes?.errors ?? filing.pes?.acquit?.errors ?? [];
    return [...ours, ...theirs, ...acquit].map((row) => {
        const where = ["bordereau", "piece", "line"].filter((part) => row[part]).map((part) => `${word(part)} ${row[part]}`).join(", ");
        return make("li", {}, where ? make("strong", {}, `${where} : `) : "", row.text ?? row.label ?? row.code ?? "", row.code && row.text ? ` (${row.code})` : "");
    });
}

function answerLine(answer) {
    const files = (answer.files ?? []).map((file, number) => [" ", make("a", { href: `${base}/answers/${answer.id}/${number}` }, file.name)]).flat();
    return make("li", {}, `${answer.message} – `, instant(answer.at), ...files);
}

function draw() {
    place("status").textContent = said();
    place("room").hidden = filing === null;
    if (filing === null)
        return;
    place("heading").textContent = filing.object ?? word("filingTitle");
    place("facts").replaceChildren(...fact("state", word(`filing-${filing.state}`)), ...(filing.number ? fact("number", filing.number) : []),
        ...(filing.act ? fact("stateNumber", filing.act) : []), ...(filing.matter ? fact("matter", filing.matter) : []), ...(filing.date ? fact("acteDate", filing.date) : []));
    place("steps").replaceChildren(...filing.steps.map((step) => make("li", {}, instant(step.at), " – ", lang() === "fr" ? step.sentence : step.sentenceEn)));
    const found = faults();
    place("errors-area").hidden = found.length === 0;
    place("errors").replaceChildren(...found);
    place("files").replaceChildren(...filing.files.map((file) => make("li", {}, make("a", { href: `${base}/files/${encodeURIComponent(file.name)}`, download: file.name }, file.name), ` (${bytes(file.size ?? 0)})`)));
    place("answers-area").hidden = filing.answers.length === 0;
    place("answers").replaceChildren(...filing.answers.map(answerLine));
    place("receipt").href = `${base}/receipt`;
    place("receipt").download = `accuse-${id}.xml`;
    place("receipt").hidden = filing.state === "draft";
    place("cancel").hidden = !(filing.kind === "acte" && filing.state === "acknowledged");
}

async function load() {
    try {
        filing = await get(base);
        said = () => "";
    } catch (error) {
        said = () => word(error.status < 500 ? "noSuchFiling" : "unavailable");
    }
    draw();
    if (filing !== null && !ENDED.includes(filing.state))
        setTimeout(load, EVERY);
}

place("cancel").addEventListener("click", async () => {
    try {
        const asked = await send("POST", `${base}/cancel`);
        location.href = `/ui/filing.html?id=${asked.id ?? id}`;
    } catch (error) {
        said = () => refusal(error);
        draw();
    }
});
start(draw);
load();
