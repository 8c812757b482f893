/* The arithmetic of shares: any quorum gives the secret back, nothing less does. */
#include "tests/unit/signing/material.h"

#include <openssl/rand.h>

#include "signing/share.h"

static unsigned bits(unsigned set)
{
        return (unsigned)__builtin_popcount(set);
}

/* Every subset of the commission, for every quorum: 9 members make 511 subsets. */
static void every_quorum_of_every_commission_up_to_nine_members_gives_the_secret_back(void **state)
{
        (void)state;
        for (unsigned m = 1; m <= 9; m++) {
                for (unsigned k = 1; k <= m; k++) {
                        uint8_t secret[SHARE_SECRET], shares[9][SIGNING_SHARE];
                        RAND_bytes(secret, sizeof secret);
                        assert_true(share_split(secret, k, shares, m));
                        for (unsigned set = 1; set < 1u << m; set++) {
                                uint8_t chosen[9][SIGNING_SHARE], got[SHARE_SECRET];
                                unsigned count = 0;
                                for (unsigned n = 0; n < m; n++)
                                        if (set >> n & 1u)
                                                memcpy(chosen[count++], shares[n], SIGNING_SHARE);
                                assert_true(share_combine((const uint8_t(*)[SIGNING_SHARE])chosen, count, got));
                                assert_int_equal(memcmp(got, secret, sizeof got) == 0, bits(set) >= k);
                        }
                }
        }
}

static void the_order_of_the_shares_does_not_matter(void **state)
{
        (void)state;
        uint8_t secret[SHARE_SECRET] = {1, 2, 3}, shares[3][SIGNING_SHARE], turned[3][SIGNING_SHARE], got[SHARE_SECRET];
        assert_true(share_split(secret, 3, shares, 3));
        for (int i = 0; i < 3; i++)
                memcpy(turned[i], shares[2 - i], SIGNING_SHARE);
        assert_true(share_combine((const uint8_t(*)[SIGNING_SHARE])turned, 3, got));
        assert_memory_equal(got, secret, sizeof got);
}

static void a_share_twice_or_one_for_zero_is_refused(void **state)
{
        (void)state;
        uint8_t secret[SHARE_SECRET] = {7}, shares[2][SIGNING_SHARE], got[SHARE_SECRET];
        assert_true(share_split(secret, 2, shares, 2));
        memcpy(shares[1], shares[0], SIGNING_SHARE);
        assert_false(share_combine((const uint8_t(*)[SIGNING_SHARE])shares, 2, got));
        shares[1][0] = 0;
        assert_false(share_combine((const uint8_t(*)[SIGNING_SHARE])shares, 2, got));
        assert_false(share_combine((const uint8_t(*)[SIGNING_SHARE])shares, 0, got));
}

static void a_quorum_above_the_members_or_of_nobody_is_refused(void **state)
{
        (void)state;
        uint8_t secret[SHARE_SECRET] = {0}, shares[SIGNING_MEMBERS_MAX + 1][SIGNING_SHARE];
        assert_false(share_split(secret, 0, shares, 3));
        assert_false(share_split(secret, 4, shares, 3));
        assert_false(share_split(secret, 1, shares, SIGNING_MEMBERS_MAX + 1));
}

/* f(x) = 0xa5 + 0xca·x at x = 0x53 and x = 0xca; 0x53·0xca = 1 is the standard's own example (FIPS 197 4.2.1). */
static void the_field_is_that_of_fips_197(void **state)
{
        (void)state;
        uint8_t shares[2][SIGNING_SHARE] = {{0x53}, {0xca}}, got[SHARE_SECRET];
        for (int i = 1; i < SIGNING_SHARE; i++) {
                shares[0][i] = 0xa5 ^ 0x01; /* 0xa5 + 0xca·0x53 = 0xa5 + 0x01 */
                shares[1][i] = 0xa5 ^ 0x75; /* 0xa5 + 0xca·0xca = 0xa5 + 0x75 */
        }
        assert_true(share_combine((const uint8_t(*)[SIGNING_SHARE])shares, 2, got));
        for (int i = 0; i < SHARE_SECRET; i++)
                assert_int_equal(got[i], 0xa5);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_quorum_of_every_commission_up_to_nine_members_gives_the_secret_back),
                cmocka_unit_test(the_order_of_the_shares_does_not_matter),
                cmocka_unit_test(a_share_twice_or_one_for_zero_is_refused),
                cmocka_unit_test(a_quorum_above_the_members_or_of_nobody_is_refused),
                cmocka_unit_test(the_field_is_that_of_fips_197),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
