/*
 * Bytes as a time-stamping authority's answer, and as a bare token: refused with
 * a reason; no fuzzer forges an authority's signature.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "signing/signing.h"
#include "signing/source.h"
#include "signing/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char DOCUMENT[] =
        "<recu><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"s\"><ds:SignedInfo>"
        "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>"
        "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/><ds:Reference URI=\"\">"
        "<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference>"
        "</ds:SignedInfo><ds:SignatureValue>AAAA</ds:SignatureValue><ds:Object>"
        "<x:QualifyingProperties xmlns:x=\"http://uri.etsi.org/01903/v1.3.2#\" Target=\"#s\"><x:SignedProperties/>"
        "</x:QualifyingProperties></ds:Object></ds:Signature></recu>";

static void token_try(struct signing_bytes bytes)
{
        struct signing_refusal why = {0};
        struct token *token = NULL;
        uint64_t nonce = 0;
        if (!token_read(bytes, &token, &why)) {
                assert(token == NULL && why.code[0] != '\0');
                return;
        }
        bool about = token_about(token, (struct signing_bytes){(const uint8_t *)"", 0});
        bool right = token_check(token, NULL, &why);
        assert(right == (why.code[0] == '\0') && (!right || token_signer(token) != NULL));
        (void)about;
        if (token_nonce(token, &nonce))
                (void)token_time(token);
        token_free(token);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const struct signing_bytes document = {(const uint8_t *)DOCUMENT, sizeof DOCUMENT - 1};
        struct sink_memory memory = {.limit = 1 << 20};
        const struct signing_sink sink = sink_memory(&memory);
        struct signing_refusal why = {0};
        bool started = signing_start(&why);
        assert(started);
        token_try((struct signing_bytes){data, size});
        bool applied = signing_stamp_apply(document, (struct signing_bytes){data, size}, 1, NULL, &sink, &why);
        assert(!applied && why.code[0] != '\0' && memory.data == NULL);
        return 0;
}
