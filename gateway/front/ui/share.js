// Shamir's secret sharing (CACM 1979) byte by byte over GF(2^8) with the polynomial 0x11b; a share is x and 32 bytes.
function multiply(a, b) {
    let product = 0;
    for (let bit = 0; bit < 8; bit++) {
        product ^= a & -((b >> bit) & 1);
        a = (a << 1) ^ (0x11b & -(a >> 7));
    }
    return product;
}

export function split(secret, threshold, count) {
    const coefficients = crypto.getRandomValues(new Uint8Array((threshold - 1) * secret.length));
    return Array.from({ length: count }, (_, n) => {
        const share = new Uint8Array(1 + secret.length);
        share[0] = n + 1;
        secret.forEach((byte, i) => {
            let value = 0;
            for (let power = threshold - 2; power >= 0; power--)
                value = multiply(value ^ coefficients[power * secret.length + i], n + 1);
            share[1 + i] = value ^ byte;
        });
        return share;
    });
}
