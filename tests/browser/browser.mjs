// What the stories share: a browser as somebody, the `pli` command, and the rules of accessibility.
import { execFileSync } from "node:child_process";
import dns from "node:dns";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

export const set = JSON.parse(process.env.PLI_TEST);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

// Playwright's own connections (those with a client certificate) ask the resolver, which may not know that *.localhost is this machine.
const here = { address: "127.0.0.1", family: 4 };
const { lookup, promises } = dns;
const ask = promises.lookup;
dns.lookup = (name, options, done = options) => name.endsWith(".localhost") ?
    process.nextTick(() => (options?.all ? done(null, [here]) : done(null, here.address, here.family))) : lookup(name, options, done);
promises.lookup = async (name, options) => name.endsWith(".localhost") ? (options?.all ? [here] : here) : ask(name, options);

export const at = (name) => `${set.pki}/${name}`;

export async function browse() {
    return chromium.launch({ executablePath: set.chromium, args: FLAGS });
}

// A page of somebody (null: anyone). Every error of a page fails its story.
export async function pageOf(browser, who, options = {}) {
    const origin = who === null ? set.public : set.certified;
    const context = await browser.newContext({ baseURL: origin, ignoreHTTPSErrors: true, locale: "fr-FR", ...options,
        ...(who === null ? {} : { clientCertificates: [{ origin, certPath: at(`${who}.pem`), keyPath: at(`${who}.key`) }] }) });
    const page = await context.newPage();
    page.faults = [];
    page.on("pageerror", (error) => page.faults.push(String(error)));
    page.on("console", (message) => message.type() === "error" && !/status of [45]\d\d|ERR_/.test(message.text()) && page.faults.push(message.text()));
    return page;
}

// WCAG 2.1 AA by axe-core. The page's policy forbids inline scripts: axe comes in through the debugger.
export async function accessible(page) {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }));
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`), []);
}

export async function shot(page, name) {
    await page.screenshot({ path: `${set.shots}/${name}.png`, fullPage: true });
}

export function pli(who, ...words) {
    const url = who === null ? set.public : set.certified;
    return execFileSync(set.pli, words, { encoding: "utf8", env: { ...process.env, PLI_GATEWAY: url, PLI_CA: set.trust,
        ...(who === null ? {} : { PLI_CERTIFICATE: at(`${who}.pem`), PLI_KEY: at(`${who}.key`) }) } });
}

export function sql(statement) {
    return execFileSync("psql", ["-X", "-q", "-At", "-h", set.socket, "-U", "postgres", "-d", "pli", "-c", statement], { encoding: "utf8" }).trim();
}

// A published consultation; its hour is far.
export function consultation(more = {}) {
    const path = `${set.folder}/consultation.json`;
    const certificate = (name) => readFileSync(at(`${name}.pem`), "utf8").replace(/-----[^-]+-----|\s/g, "");
    const row = { reference: "N-" + Math.random().toString(36).slice(2), title: "Réfection de la cour de l'école", object: "Travaux de voirie",
        procedure: "MAPA", deadline: new Date(Date.now() + 3600e3).toISOString(), quorum: 2, envelopes: ["offre"],
        members: ["member-1", "member-2", "member-3"].map((name) => ({ certificate: certificate(name) })), ...more };
    execFileSync("sh", ["-c", `cat > ${path}`], { input: JSON.stringify(row) });
    const { id } = JSON.parse(pli("buyer", "--json", "consultation", "create", path));
    execFileSync("sh", ["-c", `printf 'Règlement' > ${set.folder}/reglement.txt`]);
    pli("buyer", "consultation", "document", id, `${set.folder}/reglement.txt`);
    pli("buyer", "consultation", "publish", id);
    return id;
}
