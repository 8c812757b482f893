/* share.c - polynomials over GF(2^8), evaluated and interpolated at 0. */
#include "signing/share.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

/* Masks instead of branches and no table: neither time nor cache says anything of a and b. */
static uint8_t multiply(uint8_t a, uint8_t b)
{
        unsigned left = a, right = b, product = 0;
        for (unsigned bit = 0; bit < 8; bit++) {
                product ^= left & (0u - (right >> bit & 1u));
                left = left << 1 ^ (0x11bu & (0u - (left >> 7)));
        }
        return (uint8_t)product;
}

/* a^254 = 1/a, as a^255 = 1; 0 stays 0. */
static uint8_t inverse(uint8_t a)
{
        uint8_t power = a, result = 1;
        for (int bit = 1; bit < 8; bit++) {
                power = multiply(power, power);
                result = multiply(result, power);
        }
        return result;
}

bool share_split(const uint8_t secret[SHARE_SECRET], unsigned threshold, uint8_t (*shares)[SIGNING_SHARE], size_t count)
{
        if (threshold < 1 || threshold > count || count > SIGNING_MEMBERS_MAX)
                return false;
        uint8_t coefficients[SIGNING_MEMBERS_MAX][SHARE_SECRET]; /* of x, x^2, …; the secret is that of 1 */
        if (RAND_priv_bytes(coefficients[0], sizeof coefficients) != 1)
                return false;
        for (size_t n = 0; n < count; n++) {
                uint8_t x = (uint8_t)(n + 1), *y = shares[n] + 1;
                shares[n][0] = x;
                memset(y, 0, SHARE_SECRET);
                for (unsigned power = threshold - 1; power >= 1; power--)
                        for (int i = 0; i < SHARE_SECRET; i++)
                                y[i] = multiply(y[i] ^ coefficients[power][i], x);
                for (int i = 0; i < SHARE_SECRET; i++)
                        y[i] ^= secret[i];
        }
        OPENSSL_cleanse(coefficients, sizeof coefficients);
        return true;
}

/* Lagrange's factor of share n for the value at 0: the product of x_m / (x_m - x_n); subtraction is xor. */
static uint8_t factor(const uint8_t (*shares)[SIGNING_SHARE], size_t count, size_t n)
{
        uint8_t value = 1;
        for (size_t m = 0; m < count; m++)
                if (m != n)
                        value = multiply(value, multiply(shares[m][0], inverse(shares[m][0] ^ shares[n][0])));
        return value;
}

static bool distinct(const uint8_t (*shares)[SIGNING_SHARE], size_t count)
{
        for (size_t n = 0; n < count; n++) {
                if (shares[n][0] == 0)
                        return false;
                for (size_t m = 0; m < n; m++)
                        if (shares[m][0] == shares[n][0])
                                return false;
        }
        return count >= 1 && count <= SIGNING_MEMBERS_MAX;
}

bool share_combine(const uint8_t (*shares)[SIGNING_SHARE], size_t count, uint8_t secret[SHARE_SECRET])
{
        if (!distinct(shares, count))
                return false;
        memset(secret, 0, SHARE_SECRET);
        for (size_t n = 0; n < count; n++) {
                uint8_t weight = factor(shares, count, n);
                for (int i = 0; i < SHARE_SECRET; i++)
                        secret[i] ^= multiply(shares[n][1 + i], weight);
        }
        return true;
}
