// The deposit assistant: files are packed, signed, sealed and sent from this machine. It may be suspended, or the tab closed, and
// goes on when the same files are chosen again.
import { Refusal, bytes, duration, fact, get, hour, instant, make, me, place, refusal, start, word } from "./page.js";
import { container } from "./container.js";
import { KeyFault, unlock } from "./keys.js";
import { contentKey, manifest, sealer, CHUNK } from "./seal.js";
import { sign } from "./signature.js";
import { forget, keep, kept } from "./store.js";
import { Paused, persist, transfer } from "./transfer.js";

const id = new URLSearchParams(location.search).get("consultation") ?? "";
let consultation = null;
let record = null;
let ahead = 0; // the gateway's clock less ours, milliseconds
let said = () => word("loading");
let working = null; // AbortController of what is under way

const now = () => Date.now() + ahead;

// ---- what to send: one envelope a kind, and a lot where there are lots ----
function wantedEnvelopes() {
    const lots = [...document.querySelectorAll("#lots input:checked")].map((box) => box.value);
    const rows = [];
    for (const kind of consultation.envelopes)
        for (const lot of consultation.lots?.length > 0 && kind !== "candidature" ? lots : [""])
            rows.push({ kind, lot, name: lot === "" ? kind : `${kind}-lot-${lot.toLowerCase().replace(/[^a-z0-9]+/g, "-")}` });
    return rows;
}

function envelopeField({ kind, lot, name }) {
    const label = lot === "" ? word("filesOf", kind) : word("filesOfLot", kind, lot);
    const before = record?.envelopes.find((envelope) => envelope.name === name);
    const hint = before ? make("span", { class: "hint", id: `hint-${name}` }, word("chooseAgain", before.files.map((file) => file.name).join(", "))) : "";
    return make("p", {}, make("label", { for: `files-${name}` }, label),
        make("input", { type: "file", id: `files-${name}`, multiple: true, required: true, "data-envelope": name, ...(before ? { "aria-describedby": `hint-${name}` } : {}) }), hint);
}

function drawEnvelopes() {
    place("envelopes").replaceChildren(...wantedEnvelopes().map(envelopeField));
}

function lotBox(lot) {
    const box = make("input", { type: "checkbox", id: `lot-${lot.number}`, value: lot.number });
    box.checked = record ? record.envelopes.some((envelope) => envelope.lot === lot.number) : consultation.lots.length === 1;
    box.addEventListener("change", drawEnvelopes);
    return make("p", {}, box, " ", make("label", { for: `lot-${lot.number}` }, `${lot.number} – ${lot.title}`));
}

// ---- the clock that counts is the gateway's ----
function drawCountdown() {
    const left = new Date(consultation.deadline) - now();
    place("countdown").textContent = left > 0 ? word("countdown", duration(left), hour(consultation.deadline)) : word("past");
}

// ---- one deposit ----
const sameFiles = (before, files) => before.files.length === files.length && before.files.every((file, n) =>
    file.name === files[n].name && file.size === files[n].file.size && file.modified === files[n].file.lastModified);

function filesOf(name) {
    const input = document.querySelector(`[data-envelope="${name}"]`);
    return [...input.files].map((file) => ({ name: file.name.normalize("NFC"), type: file.type || "application/octet-stream", file }));
}

async function identityOf() {
    const chosen = [...place("key").files];
    return chosen.length === 0 ? null : unlock(chosen, place("passphrase").value);
}

async function newEnvelope({ kind, lot, name }, files, identity) {
    const at = new Date(Math.floor(now() / 2000) * 2000); // ZIP keeps two seconds
    return { kind, lot, name, at, key: contentKey(), digests: new Map(), done: false,
        files: files.map(({ name: file, file: { size, lastModified } }) => ({ name: file, size, modified: lastModified })),
        signature: identity === null ? null : await sign(files, identity, at) };
}

class Pace {
    constructor(total) {
        this.total = total;
        this.done = 0;
        this.moved = 0;
        this.began = performance.now();
    }

    // `count` chunks are durable, of which `moved` bytes went over the line just now.
    add(count, moved) {
        this.done += count * CHUNK;
        this.moved += moved;
        this.draw();
    }

    draw(trouble = false) {
        const seconds = (performance.now() - this.began) / 1000;
        const speed = this.moved / Math.max(seconds, 0.5);
        const left = Math.max(this.total - this.done, 0);
        place("progress").value = Math.min(100, 100 * this.done / this.total);
        place("pace").textContent = trouble ? word("lineTrouble") :
            word("pace", bytes(Math.min(this.done, this.total)), bytes(this.total), bytes(speed), speed > 0 ? hour(now() + 1000 * left / speed) : "…");
    }
}

async function openDeposit(signal) {
    const answer = await persist(`/api/v1/consultations/${id}/deposits`, { method: "POST", body: "{}", headers: { "Content-Type": "application/json", "Idempotency-Key": record.key } }, signal);
    record.deposit = (await answer.json()).id;
    await keep(id, record);
}

async function sendEnvelope({ envelope, files, box }, state, pace, signal) {
    const path = `/api/v1/deposits/${record.deposit}/envelopes/${envelope.name}`;
    const arrived = state.envelopes.find((known) => known.envelope === envelope.name)?.arrived ?? [];
    let unkept = 0;
    const { size, digests } = await transfer({ path, stream: box.open(), seal: await sealer(envelope.key), arrived, digests: envelope.digests, signal,
        trouble: (is) => pace.draw(is),
        sent: (count, moved) => {
            pace.add(count, moved);
            unkept += moved > 0 ? 1 : 0;
            if (unkept % 8 === 1)
                keep(id, record);
        } });
    const xml = await manifest({ consultation, lot: envelope.lot, kind: envelope.kind, files, size, digests, key: envelope.key });
    await persist(`${path}/manifest`, { method: "PUT", body: xml, headers: { "Content-Type": "application/xml" } }, signal);
    envelope.done = true;
    await keep(id, record);
}

async function receiptOf(answer, signal) {
    let found = answer;
    while (found.status === 202)
        found = await persist((await found.json()).receipt, { method: "GET", headers: { Accept: "application/xml" } }, signal);
    return found.text();
}

async function deposit(signal) {
    const chosen = wantedEnvelopes().map((wanted) => ({ wanted, files: filesOf(wanted.name) }));
    const goesOn = record !== null && chosen.every(({ wanted, files }) => record.envelopes.some((before) => before.name === wanted.name && sameFiles(before, files)));
    if (!goesOn) {
        const identity = await identityOf();
        said = () => word("preparing");
        draw();
        const envelopes = [];
        for (const { wanted, files } of chosen)
            envelopes.push(await newEnvelope(wanted, files, identity));
        record = { key: crypto.randomUUID(), deposit: null, envelopes };
        await keep(id, record);
    }
    said = () => word("sending");
    draw();
    if (record.deposit === null)
        await openDeposit(signal);
    const state = await (await persist(`/api/v1/deposits/${record.deposit}`, { method: "GET" }, signal)).json();
    const parcels = chosen.map(({ wanted, files }) => {
        const envelope = record.envelopes.find((known) => known.name === wanted.name);
        return { envelope, files, box: container(files, envelope.signature, envelope.at) };
    });
    const pace = new Pace(parcels.reduce((sum, { box }) => sum + box.size, 0));
    place("progress-area").hidden = false;
    for (const parcel of parcels)
        if (parcel.envelope.done)
            pace.add(Math.ceil(parcel.box.size / CHUNK), 0);
        else
            await sendEnvelope(parcel, state, pace, signal);
    const answer = await persist(`/api/v1/deposits/${record.deposit}/commit`, { method: "POST", headers: { "Idempotency-Key": record.key, Accept: "application/xml" } }, signal);
    const receipt = await receiptOf(answer, signal);
    await forget(id);
    acknowledge(receipt);
}

function acknowledge(xml) {
    const document = new DOMParser().parseFromString(xml, "application/xml");
    const text = (name) => document.getElementsByTagNameNS("*", name)[0]?.textContent ?? "";
    place("acknowledgement").replaceChildren(...fact("reference", consultation.reference), ...fact("depositNumber", record.deposit),
        ...fact("receivedAt", instant(text("Received") || new Date(now()))), ...fact("journalIndex", text("Index")));
    const link = place("receipt");
    link.href = URL.createObjectURL(new Blob([xml], { type: "application/xml" }));
    link.download = `accuse-${record.deposit}.xml`;
    place("done").hidden = false;
    place("form").hidden = true;
    said = () => word("acknowledged");
    place("done-title").focus?.();
    draw();
}

function faultWords(error) {
    if (error instanceof Paused)
        return () => word("paused");
    if (error instanceof Refusal)
        return () => refusal(error);
    if (error instanceof KeyFault)
        return () => word(error.word);
    return () => word("unexpected", error.message);
}

async function submit(event) {
    event.preventDefault();
    working = new AbortController();
    place("pause").hidden = false;
    draw();
    try {
        await deposit(working.signal);
    } catch (error) {
        said = faultWords(error);
    } finally {
        working = null;
        place("pause").hidden = true;
        draw();
    }
}

function draw() {
    place("status").textContent = said();
    place("assistant").hidden = consultation === null;
    if (consultation === null)
        return;
    place("send").disabled = working !== null || !me().roles.includes("company");
    place("title").textContent = `${consultation.reference} – ${consultation.title}`;
    drawCountdown();
}

async function load() {
    try {
        consultation = await get(`/api/v1/consultations/${encodeURIComponent(id)}`);
        ahead = new Date(consultation.now) - Date.now();
        record = (await kept(id)) ?? null;
        said = () => !me().roles.includes("company") ? word("certificateNeeded") : record === null ? "" : word("interrupted");
        place("lots-field").hidden = !(consultation.lots?.length > 0);
        place("lots").replaceChildren(...(consultation.lots ?? []).map(lotBox));
        drawEnvelopes();
        setInterval(drawCountdown, 1000);
    } catch (error) {
        said = () => word(error instanceof Refusal && error.status < 500 ? "noSuch" : "unavailable");
    }
    draw();
}

place("form").addEventListener("submit", submit);
place("pause").addEventListener("click", () => working?.abort());
window.addEventListener("beforeunload", (event) => working !== null && event.preventDefault());
start(draw);
load();
