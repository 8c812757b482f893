// What the forms of an acte and of a PES share: a draft, its files, its submission, each fault told in the gateway's own words.
import { make, place, send, word } from "./page.js";

export function reasonsOf(error) {
    const reasons = (error.problem?.reasons ?? []).map((reason) => reason.text ?? reason.code);
    return [error.message, ...reasons];
}

export async function transmit(description, files) {
    const filing = await send("POST", "/api/v1/filings", description);
    for (const { name, file } of files)
        await send("PUT", `/api/v1/filings/${filing.id}/files/${encodeURIComponent(name)}`, file);
    await send("POST", `/api/v1/filings/${filing.id}/submit`);
    return filing.id;
}

export function onSubmit(work) {
    place("form").addEventListener("submit", async (event) => {
        event.preventDefault();
        place("go").disabled = true;
        place("status").textContent = word("transmitting");
        try {
            location.href = `/ui/filing.html?id=${await work()}`;
        } catch (error) {
            place("status").replaceChildren(word("notTransmitted"), make("ul", {}, ...reasonsOf(error).map((text) => make("li", {}, text))));
            place("status").scrollIntoView();
        }
        place("go").disabled = false;
    });
}
