import { Refusal, fact, get, make, place, refusal, send, start, word } from "./page.js";

const status = place("status");
const checkpoint = place("checkpoint");

let said = () => word("loading");

function show() {
    status.textContent = said();
}

async function load() {
    try {
        checkpoint.textContent = await get("/checkpoint", "text/plain");
        said = () => "";
    } catch (error) {
        const empty = error instanceof Refusal && error.status === 404;
        said = () => word(empty ? "journalEmpty" : "unavailable");
    }
    show();
}

// ---- a file that anyone brings ----
function signatureCard(signature) {
    const reasons = (signature.reasons ?? []).map((reason) => make("li", {}, reason.text, ` (${reason.code})`));
    return make("div", {}, make("h3", {}, signature.signingCertificate?.subject ?? signature.id ?? ""),
        make("dl", {}, ...fact("result", `${signature.indication}${signature.subIndication ? " – " + signature.subIndication : ""}`), ...fact("intact", word(signature.intact ? "yes" : "no")),
            ...fact("signedAt", signature.bestSignatureTime ?? signature.claimedSigningTime ?? "–"),
            ...fact("covers", make("ul", {}, ...(signature.references ?? []).map((reference) => make("li", {}, `${reference.uri || "–"} : ${word(reference.digestOk ? "digestRight" : "digestWrong")}`))))),
        ...(reasons.length > 0 ? [make("ul", {}, ...reasons)] : []));
}

place("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const verdict = place("verdict");
    verdict.textContent = word("checking");
    try {
        const report = await send("POST", "/api/v1/verifications", place("file").files[0]);
        verdict.replaceChildren(make("p", {}, make("strong", {}, word(`indication-${report.indication}`))), ...report.signatures.map(signatureCard));
    } catch (error) {
        verdict.textContent = refusal(error);
    }
});
start(show);
load();
