import { place, start } from "./page.js";
import { onSubmit, transmit } from "./transmit.js";

onSubmit(() => {
    const file = place("files").files[0];
    return transmit({ kind: "pes", documents: [{ name: file.name }] }, [{ name: file.name, file }]);
});
start(() => {});
