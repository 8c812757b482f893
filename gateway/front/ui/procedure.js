// One consultation on its buyer's desk.
import { bytes, fact, get, instant, make, place, refusal, send, start, word } from "./page.js";

const id = new URLSearchParams(location.search).get("id") ?? "";
const base = `/api/v1/consultations/${encodeURIComponent(id)}`;
let consultation = null;
let questions = [];
let said = () => word("loading");

const say = (text) => (said = () => text(), draw());

function documentLine(file) {
    return make("li", {}, make("a", { href: `${base}/documents/${encodeURIComponent(file.name)}`, download: file.name }, file.name), ` (${bytes(file.size)})`);
}

function answerForm(question) {
    const area = make("textarea", { id: `answer-${question.id}`, rows: 2, required: true });
    const form = make("form", {}, make("p", {}, make("label", { for: area.id }, word("answerToAll")), area), make("p", { class: "actions" }, make("button", { type: "submit" }, word("send"))));
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        await act(() => send("POST", `/api/v1/questions/${question.id}/answer`, { answer: area.value }));
    });
    return form;
}

function questionCard(question) {
    return make("li", {}, make("h3", {}, `${word("question")} ${question.number}`), make("p", {}, question.text ?? question.question ?? ""),
        question.answer ? make("p", {}, make("strong", {}, word("answer")), " ", question.answer) : question.state === "asked" ? answerForm(question) : "");
}

function registerLine(name) {
    const link = (format) => make("a", { href: `${base}/registers/${name}?format=${format}` }, format.toUpperCase());
    return make("li", {}, `${word(`register-${name}`)} : `, link("html"), " ", link("csv"), " ", link("pdf"), " ", link("json"));
}

function draw() {
    place("status").textContent = said();
    place("room").hidden = consultation === null;
    if (consultation === null)
        return;
    const draft = consultation.state === "draft";
    place("heading").textContent = consultation.title;
    place("title").textContent = consultation.object;
    place("facts").replaceChildren(...fact("reference", consultation.reference), ...fact("state", word(`state-${consultation.state}`)),
        ...fact("deadline", instant(consultation.deadline)), ...fact("commission", make("ul", {}, ...consultation.members.map((member) => make("li", {}, member.name)))),
        ...fact("quorumLabel", `${consultation.quorum}`));
    place("publish").hidden = !draft;
    place("note-line").hidden = draft;
    place("documents").replaceChildren(...(consultation.documents ?? []).map(documentLine));
    place("questions").replaceChildren(...(questions.length > 0 ? questions.map(questionCard) : [make("li", {}, word("noQuestion"))]));
    place("registers").replaceChildren(...["withdrawals", "deposits", "safeguards"].map(registerLine));
    place("opening").href = `/ui/opening.html?id=${id}`;
    place("export").hidden = !["opened", "analysed", "awarded", "notified", "archived"].includes(consultation.state);
    place("export").href = `${base}/opening/export`;
}

async function act(work) {
    try {
        await work();
        said = () => word("done");
        await load();
    } catch (error) {
        say(() => refusal(error));
    }
}

async function load() {
    try {
        consultation = await get(base);
        questions = consultation.state === "draft" ? [] : (await get(`${base}/questions`)).questions;
        if (said() === word("loading"))
            said = () => "";
    } catch (error) {
        said = () => word(error.status < 500 ? "noSuch" : "unavailable");
    }
    draw();
}

place("publish").addEventListener("click", () => act(async () => {
    const published = await send("POST", `${base}/publish`);
    const warnings = published.warnings ?? [];
    if (warnings.length > 0)
        alert(warnings.map((warning) => warning.text ?? warning).join("\n"));
}));
place("upload").addEventListener("submit", (event) => {
    event.preventDefault();
    const file = place("file").files[0];
    const note = place("note").value;
    act(() => send("PUT", `${base}/documents/${encodeURIComponent(file.name)}${note ? `?note=${encodeURIComponent(note)}` : ""}`, file));
});
start(draw);
load();
