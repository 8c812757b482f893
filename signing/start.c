/*
 * start.c - signing_start() and signing_stop(): xmlsec's process-wide state,
 * set up once with nothing in it but what algorithm.c lists, and no way out.
 */
#include <libxml/parser.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/io.h>

#include "signing/algorithm.h"
#include "signing/certificate_cache.h"
#include "signing/issued.h"
#include "signing/refusal.h"

static bool started;

/* What fails is said in reports; a library does not write to standard error. */
static void error_drop(const char *file, int line, const char *function, const char *object, const char *subject, int reason,
                       const char *text)
{
        (void)file, (void)line, (void)function, (void)object, (void)subject, (void)reason, (void)text;
}

bool signing_start(struct signing_refusal *why)
{
        if (started)
                return true;
        xmlInitParser();
        if (xmlSecInit() < 0 || xmlSecCheckVersion() != 1 || xmlSecCryptoInit() < 0 || !algorithm_register())
                return refuse(why, "LIBRARY", "", "xmlsec could not be started.");
        xmlSecErrorsSetCallback(error_drop);
        xmlSecIOCleanupCallbacks();
        started = true;
        return true;
}

void signing_stop(void)
{
        if (!started)
                return;
        certificate_cache_clear();
        issued_clear();
        xmlSecCryptoShutdown();
        xmlSecShutdown();
        started = false;
}
