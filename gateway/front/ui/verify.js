import { Refusal, get, start, word } from "./page.js";

const status = document.getElementById("status");
const checkpoint = document.getElementById("checkpoint");

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

start(show);
load();
