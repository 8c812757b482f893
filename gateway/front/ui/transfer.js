// Brings a sealed envelope to the gateway: a few requests at once, each durable when it is answered, repeated until it is. What has
// arrived is asked first, so that a deposit goes on where it was.
import { concat, sha256, toBase64 } from "./bytes.js";
import { Refusal, checked } from "./page.js";
import { chunks } from "./seal.js";

const GROUP = 16; // chunks a request: 4 MiB
const AT_ONCE = 3;
const LONGEST_PAUSE = 15000; // milliseconds

export class Paused extends Error {}

const rest = (milliseconds, signal) => new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
});

// A request that is repeated while the line or the gateway fails; a refusal is told at once. `trouble(true|false)` says how it goes.
export async function persist(path, options, signal, trouble = () => {}) {
    for (let pause = 500; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
        if (signal.aborted)
            throw new Paused();
        try {
            const answer = await fetch(path, { ...options, signal, credentials: "same-origin", headers: { "Accept-Language": document.documentElement.lang, ...options.headers } });
            if (answer.ok) {
                trouble(false);
                return answer;
            }
            if (answer.status < 500 && answer.status !== 429)
                await checked(answer);
        } catch (error) {
            if (error instanceof Refusal)
                throw error;
        }
        trouble(true);
        await rest(pause, signal);
    }
}

const has = (ranges, number) => ranges.some(([first, last]) => first <= number && number <= last);

// Sends the chunks of `stream` that the gateway lacks. `seal(number, bytes, last)` seals one; `digests` (a Map) keeps the SHA-256 of
// each that was sent, also by an earlier page; `sent(count, bytes)` is told of each group that is durable. The answer: all digests,
// one after the other, for the manifest, and the plaintext's size.
export async function transfer({ path, stream, seal, arrived, digests, signal, trouble, sent }) {
    const flying = new Set();
    let group = [];
    let size = 0;
    let count = 0;

    const send = async (held) => {
        const body = concat(...held.map(({ sealed }) => sealed));
        const digest = toBase64(await sha256(body));
        await persist(`${path}/chunks/${held[0].number}`, { method: "PUT", body, headers: { "Content-Type": "application/octet-stream", "Content-Digest": `sha-256=:${digest}:` } }, signal, trouble);
        for (const { number, sealed } of held)
            digests.set(number, await sha256(sealed));
        sent(held.length, body.length);
    };
    const flush = async () => {
        if (group.length === 0)
            return;
        const flight = send(group).finally(() => flying.delete(flight));
        flying.add(flight);
        group = [];
        if (flying.size >= AT_ONCE)
            await Promise.race(flying);
    };

    for await (const { bytes, last } of chunks(stream)) {
        if (signal.aborted)
            break;
        size += bytes.length;
        if (has(arrived, count) && digests.has(count)) {
            await flush();
            sent(1, 0);
        } else {
            group.push({ number: count, sealed: await seal(count, bytes, last) });
            if (group.length === GROUP)
                await flush();
        }
        count++;
    }
    await flush();
    await Promise.all(flying);
    if (signal.aborted)
        throw new Paused();
    return { size, digests: concat(...Array.from({ length: count }, (_, number) => digests.get(number))) };
}
