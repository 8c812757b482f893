// The opening room: each member unwraps its shares here, with its own key file; the quorum's shares open the envelopes.
import { Refusal, bytes, duration, fact, get, hour, instant, make, me, place, refusal, send, start, word } from "./page.js";
import { fromBase64, concat, toBase64 } from "./bytes.js";
import { KeyFault, unlock } from "./keys.js";
import { unwrap } from "./wrap.js";

const id = new URLSearchParams(location.search).get("id") ?? "";
const base = `/api/v1/consultations/${encodeURIComponent(id)}/opening`;
const EVERY = 2000; // milliseconds between two looks

let consultation = null;
let opening = null;
let ahead = 0;
let said = () => word("loading");

const now = () => Date.now() + ahead;
const early = () => new Date(consultation.deadline) > now();

// ---- what there is to see ----
function memberLine(member) {
    const there = member.present ? word("presentSince", hour(member.at)) : word("absent");
    const second = member.substitute ? ` – ${word("substitute", member.substitute)} : ${member.substitutePresent ? word("presentSince", hour(member.substituteAt)) : word("absent")}` : "";
    return make("li", {}, `${member.name} : ${there}${second}`);
}

function documentLine(envelope, file) {
    const url = `/api/v1/envelopes/${envelope.envelope}/documents/${encodeURIComponent(file.name)}`;
    const scan = (envelope.report.antivirus ?? []).find((row) => row.name === file.name);
    const notes = [bytes(file.size), ...(file.listed === false ? [word("unlisted")] : []), ...(scan && scan.outcome !== "clean" ? [word(`scan-${scan.outcome}`, scan.signature ?? "")] : [])];
    return make("li", {}, make("a", { href: url, download: file.name }, file.name), ` (${notes.join(", ")})`);
}

function verdict(report) {
    const signatures = report?.verification?.signatures ?? [];
    if (signatures.length === 0)
        return [word("unsigned")];
    return signatures.map((signature) => make("div", {}, word("signedBy", signature.signingCertificate?.subject ?? "?"), " ", word(`indication-${signature.indication}`),
        ...(signature.reasons?.length > 0 ? [make("details", {}, make("summary", {}, word("reasons")), make("ul", {}, ...signature.reasons.map((reason) => make("li", {}, reason.text))))] : [])));
}

function envelopeRow(deposit, envelope, first) {
    const name = envelope.lot ? `${envelope.kind}, ${word("lot")} ${envelope.lot}` : envelope.kind;
    const report = envelope.report;
    return make("tr", {},
        make("th", { scope: "row" }, first ? deposit.company.name : make("span", { class: "quiet" }, deposit.company.name)),
        make("td", {}, instant(deposit.received), ...(deposit.late ? [make("strong", {}, ` ${word("late")}`)] : [])),
        make("td", {}, name),
        make("td", {}, word(`envelope-${envelope.state}`), ...(report ? verdict(report) : [` (${envelope.shares ?? 0}/${opening.quorum})`])),
        make("td", {}, report?.documents ? make("ul", { class: "plain" }, ...report.documents.map((file) => documentLine(envelope, file))) : ""));
}

function facts() {
    const left = new Date(consultation.deadline) - now();
    return [...fact("buyer", consultation.body.name), ...fact("deadline", instant(consultation.deadline), left > 0 ? ` (${word("left", duration(left))})` : ""),
        ...fact("quorumLabel", word("quorum", consultation.quorum, consultation.members.length)),
        ...(opening?.started ? fact("openingStarted", instant(opening.started), opening.startedBy ? ` – ${opening.startedBy}` : "") : []),
        ...(opening?.finished ? fact("openingFinished", instant(opening.finished)) : [])];
}

function draw() {
    place("status").textContent = said();
    place("room").hidden = consultation === null;
    if (consultation === null)
        return;
    place("title").textContent = `${consultation.reference} – ${consultation.title}`;
    place("facts").replaceChildren(...facts());
    place("members").replaceChildren(...(opening?.members ?? consultation.members).map(memberLine));
    place("deposits").replaceChildren(...(opening?.deposits ?? []).flatMap((deposit) => deposit.envelopes.map((envelope, n) => envelopeRow(deposit, envelope, n === 0))));
    place("form").hidden = !me().roles.includes("member") || opening?.state === "opened";
    place("open").disabled = early();
    place("minutes").hidden = !opening?.started;
    place("minutes").href = `${base}/minutes?lang=${document.documentElement.lang}`;
}

// ---- a member's shares ----
function memberElement(manifest, x) {
    return [...manifest.getElementsByTagNameNS("*", "Member")].find((member) => Number(member.getAttribute("X")) === x);
}

const child = (element, name) => [...element.children].find((inner) => inner.localName === name);

// The member's own wrapping, or that of the one who stands in for him: whichever this key opens.
async function shareOf(envelope, x, key) {
    const manifest = new DOMParser().parseFromString(new TextDecoder().decode(fromBase64(envelope.manifest)), "application/xml");
    const member = memberElement(manifest, x);
    for (const holder of [member, child(member, "Substitute")].filter(Boolean)) {
        try {
            const secret = await unwrap(child(holder, "EncryptedKey"), key, fromBase64(child(holder, "Certificate").textContent));
            return toBase64(concat(Uint8Array.of(x), secret));
        } catch {
            // Wrapped for another key.
        }
    }
    return null;
}

async function handOver(key) {
    opening = await send("POST", base, {});
    const wanted = await get(`${base}/shares`);
    const shares = [];
    for (const envelope of wanted.envelopes) {
        const share = await shareOf(envelope, wanted.x, key);
        if (share !== null)
            shares.push({ envelope: envelope.envelope, share });
    }
    if (shares.length === 0 && wanted.envelopes.length > 0)
        throw new KeyFault("keyOfAnother");
    if (shares.length > 0)
        opening = await send("POST", `${base}/shares`, { shares });
    return shares.length;
}

async function submit(event) {
    event.preventDefault();
    place("open").disabled = true;
    said = () => word("unwrapping");
    place("status").textContent = said();
    try {
        const { key } = await unlock([...place("key").files], place("passphrase").value);
        const count = await handOver(key);
        said = () => word("sharesGiven", count);
    } catch (error) {
        said = () => error instanceof KeyFault ? word(error.word) : refusal(error);
    }
    await look();
}

async function look() {
    try {
        opening = await get(base);
    } catch (error) {
        if (!(error instanceof Refusal) || error.status >= 500)
            said = () => word("unavailable");
    }
    draw();
}

async function load() {
    try {
        consultation = await get(`/api/v1/consultations/${encodeURIComponent(id)}`);
        ahead = new Date(consultation.now) - Date.now();
        said = () => early() ? word("tooEarly") : "";
        await look();
        setInterval(() => (opening?.state === "opened" ? undefined : look()), EVERY);
    } catch (error) {
        said = () => word(error instanceof Refusal && error.status < 500 ? "noSuch" : "unavailable");
        draw();
    }
}

place("form").addEventListener("submit", submit);
start(draw);
load();
