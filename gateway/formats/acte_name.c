/* acte_name.c - names of @CTES files. */
#include "gateway/formats/acte_name.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/formats/acte_type.h"
#include "gateway/formats/text.h"
#include "signing/refusal.h"

/* actesv1_1.xsd Email: dotted words, @, dotted words, a last one of 2 to 6 letters. */
static bool mail_valid(const char *mail)
{
        char local[128], domain[128];
        int end = 0;
        if (sscanf(mail, "%127[_a-zA-Z0-9.-]@%127[a-zA-Z0-9.-]%n", local, domain, &end) != 2 || mail[end] != '\0')
                return false;
        const char *last = strrchr(domain, '.');
        bool dots = strstr(mail, "..") == NULL && local[0] != '.' && local[strlen(local) - 1] != '.' && domain[0] != '.';
        return dots && last != NULL && text_matches(last + 1, "a-zA-Z", 2, 6);
}

bool acte_sending_check(const struct acte_sending *sending, struct signing_refusal *why)
{
        if (!text_matches(sending->trigram, "a-zA-Z0-9", 3, 3))
                return refuse(why, "ACTE_TRIGRAM", "@CTES archive name", "the trigram must be three letters or digits");
        if (!text_matches(sending->date, "0-9", 8, 8) || sending->serial == 0)
                return refuse(why, "ACTE_SERIAL", "@CTES envelope name",
                              "the envelope's date must be YYYYMMDD and its serial start from 1");
        if (!mail_valid(sending->mail))
                return refuse(why, "ACTE_MAIL", "actesv1_1.xsd Email", "the return address is not one the schema takes: %s",
                              sending->mail);
        return true;
}

void acte_id_write(const struct acte *acte, acte_name out)
{
        const struct acte_nature *nature = acte_nature_find(acte->nature);
        assert(nature != NULL && strlen(acte->date) == 10 && acte->siren[0] != '\0');
        snprintf(out, ACTE_NAME_SIZE, "%s-%s-%.4s%.2s%.2s-%s-%s", acte->department, acte->siren, acte->date, acte->date + 5,
                 acte->date + 8, acte->number, nature->code);
}

void acte_message_name_write(const struct acte *acte, acte_name out)
{
        acte_name id;
        acte_id_write(acte, id);
        snprintf(out, ACTE_NAME_SIZE, "%.100s-1-1_0.xml", id);
}

void acte_document_name_write(const struct acte *acte, size_t n, acte_name out)
{
        acte_name id;
        assert(n < acte->document_count);
        acte_id_write(acte, id);
        snprintf(out, ACTE_NAME_SIZE, "%s-%.80s-1-1_%zu.%s", acte->documents[n].type, id, n + 1, acte->documents[n].extension);
}

void acte_envelope_name_write(const struct acte *acte, const struct acte_sending *sending, acte_name out)
{
        snprintf(out, ACTE_NAME_SIZE, "EACT--%s--%s-%u.xml", acte->siren, sending->date, sending->serial);
}

void acte_archive_name_write(const struct acte *acte, const struct acte_sending *sending, acte_name out)
{
        snprintf(out, ACTE_NAME_SIZE, "%s-EACT--%s--%s-%u.tar.gz", sending->trigram, acte->siren, sending->date, sending->serial);
}

/* Takes the text before `end` (which is passed over): all of it allowed, at most what `out` holds. */
static bool part_take(const char **at, char end, const char *allowed, char *out, size_t room)
{
        const char *stop = strchr(*at, end);
        if (stop == NULL || (size_t)(stop - *at) >= room)
                return false;
        memcpy(out, *at, (size_t)(stop - *at));
        out[stop - *at] = '\0';
        *at = stop + 1;
        return text_matches(out, allowed, 0, room - 1);
}

bool acte_message_name_parse(const char *name, struct acte_message_name *out)
{
        struct acte_message_name read;
        char first[3], second[3], rank[12];
        const char *at = name;
        if (!part_take(&at, '-', "0-9AB", read.department, sizeof read.department) ||
            !part_take(&at, '-', "0-9", read.siren, sizeof read.siren) ||
            !part_take(&at, '-', "0-9", read.date, sizeof read.date) ||
            !part_take(&at, '-', "a-zA-Z0-9_", read.number, sizeof read.number) ||
            !part_take(&at, '-', "A-Z", read.nature, sizeof read.nature) || !part_take(&at, '-', "0-9", first, sizeof first) ||
            !part_take(&at, '_', "0-9", second, sizeof second) || !part_take(&at, '.', "0-9", rank, sizeof rank) ||
            strcmp(at, "xml") != 0)
                return false;
        if (strlen(read.siren) != 9 || *first == '\0' || *second == '\0')
                return false;
        snprintf(read.message, sizeof read.message, "%s-%s", first, second);
        *out = read;
        return true;
}

bool acte_anomaly_name_parse(const char *name, acte_name envelope)
{
        static const char prefix[] = "ANO_";
        const char *rest = name + sizeof prefix - 1;
        if (strncmp(name, prefix, sizeof prefix - 1) != 0 || strncmp(rest, "EACT--", 6) != 0)
                return false;
        if (!text_matches(rest, "a-zA-Z0-9_.-", 10, ACTE_NAME_SIZE - 1) || strcmp(rest + strlen(rest) - 4, ".xml") != 0)
                return false;
        return text_copy(envelope, ACTE_NAME_SIZE, rest);
}
