// What must outlive a closed tab: one record a deposit in progress, in this browser's own database.
function opened() {
    return new Promise((resolve, reject) => {
        const request = indexedDB.open("pli", 1);
        request.onupgradeneeded = () => request.result.createObjectStore("deposits");
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

async function run(mode, act) {
    const database = await opened();
    try {
        return await new Promise((resolve, reject) => {
            const transaction = database.transaction("deposits", mode);
            const request = act(transaction.objectStore("deposits"));
            transaction.oncomplete = () => resolve(request.result);
            transaction.onerror = () => reject(transaction.error);
        });
    } finally {
        database.close();
    }
}

export const kept = (consultation) => run("readonly", (store) => store.get(consultation));
export const keep = (consultation, record) => run("readwrite", (store) => store.put(record, consultation));
export const forget = (consultation) => run("readwrite", (store) => store.delete(consultation));
