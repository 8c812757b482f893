/* pes_check.c - one rule a row where the rule is a shape; the others in words. */
#include "gateway/formats/pes_check.h"

#include <stdio.h>
#include <string.h>

#include "gateway/formats/text.h"

/* What a name of a file may be made of: it becomes part of a path at the DGFiP. */
static const char NAME_CHARACTERS[] = "A-Za-z0-9._-";

static const char *member(const json_t *object, const char *name)
{
        const char *text = json_string_value(json_object_get(object, name));
        return text != NULL ? text : "";
}

static void note_add(json_t *facts, const char *code, const char *text)
{
        json_array_append_new(json_object_get(facts, "notes"), json_pack("{s:s, s:s}", "code", code, "text", text));
}

static bool has_digit_but_zero(const char *code)
{
        return code[strspn(code, "0")] != '\0';
}

static bool any_of(const char *value, const char *const *list)
{
        for (; *list != NULL; list++)
                if (strcmp(*list, value) == 0)
                        return true;
        return false;
}

static void header_check(const json_t *facts, struct refusals *why)
{
        static const char *const types[] = {"PESALR1", "PESALR2", "PESORMC", NULL};
        const char *name = member(facts, "name"), *code = member(facts, "code");
        if (!text_matches(name, NAME_CHARACTERS, 1, 100))
                refusals_add(why, "pes-name", "PES Parametres/NomFic",
                             "NomFic must be 1 to 100 letters, digits, '.', '_' or '-': \"%.100s\".", name);
        if (!any_of(member(facts, "type"), types))
                refusals_add(why, "pes-type", "PES Parametres/TypFic", "TypFic must be PESALR1, PESALR2 or PESORMC, not \"%.32s\".",
                             member(facts, "type"));
        if (!text_matches(member(facts, "post"), "0-9A-Z", 6, 7))
                refusals_add(why, "pes-post", "PES EnTetePES/IdPost", "IdPost must have 6 or 7 characters: \"%.20s\".",
                             member(facts, "post"));
        if (!text_matches(member(facts, "siret"), "0-9", 14, 14))
                refusals_add(why, "pes-collectivity", "PES EnTetePES/IdColl", "IdColl must be a SIRET of 14 digits: \"%.20s\".",
                             member(facts, "siret"));
        if (!text_matches(code, "0-9A-Z", 3, 3) || !has_digit_but_zero(code))
                refusals_add(why, "pes-code", "PES EnTetePES/CodCol", "CodCol must have 3 characters, not all zero: \"%.20s\".",
                             code);
        if (!text_matches(member(facts, "budget"), "0-9A-Z", 2, 2))
                refusals_add(why, "pes-budget", "PES EnTetePES/CodBud", "CodBud must have 2 characters: \"%.20s\".",
                             member(facts, "budget"));
        if (text_length(member(facts, "label")) > 38)
                refusals_add(why, "pes-label", "PES EnTetePES/LibelleColBud", "LibelleColBud has more than 38 characters.");
        if (!text_is_date(member(facts, "date")))
                refusals_add(why, "pes-date", "PES EnTetePES/DteStr", "DteStr must be a day, YYYY-MM-DD: \"%.20s\".",
                             member(facts, "date"));
}

static void bordereau_check(json_t *facts, const json_t *bordereau, struct refusals *why)
{
        const char *number = member(bordereau, "number"), *announced = member(bordereau, "announced");
        char counted[24];
        json_int_t pieces = json_integer_value(json_object_get(bordereau, "pieces"));
        if (*number == '\0' || !text_matches(member(bordereau, "exercise"), "0-9", 4, 4))
                refusals_add(why, "pes-bordereau", "PES BlocBordereau",
                             "A bordereau lacks its number (IdBord) or year (Exer): \"%.20s\" of \"%.10s\".", number,
                             member(bordereau, "exercise"));
        if (pieces == 0)
                refusals_add(why, "pes-bordereau-empty", "PES Bordereau/Piece", "Bordereau %.20s holds no piece.", number);
        snprintf(counted, sizeof counted, "%lld", (long long)pieces);
        if (*announced != '\0' && strcmp(announced + strspn(announced, "0"), counted) != 0)
                note_add(facts, "pes-count", "NbrPce of a bordereau is not the number of its pieces.");
}

void pes_check_facts(json_t *facts, const struct pes_look *look, struct refusals *why)
{
        size_t n;
        const json_t *bordereau, *bordereaux = json_object_get(facts, "bordereaux");
        if (look->encoding != PES_ENCODING_ISO_8859_1)
                refusals_add(why, "pes-encoding", "PES V2: ISO-8859-1",
                             "A PES is written in ISO-8859-1 and says so in its first line.");
        if (look->has_c1)
                note_add(facts, "pes-windows-1252",
                         "The file says ISO-8859-1 and has characters that only windows-1252 has there.");
        header_check(facts, why);
        json_array_foreach(bordereaux, n, bordereau) bordereau_check(facts, bordereau, why);
        if (json_array_size(bordereaux) == 0 && json_array_size(json_object_get(facts, "files")) == 0 && !look->markets)
                refusals_add(why, "pes-empty", "DOMAIN 2.4",
                             "The PES holds no bordereau, no attachment, no market and no invoice.");
}

/* ".+\.[A-Za-z0-9]{2,4}" of Class_PJ.xsd */
static bool has_extension(const char *name)
{
        const char *dot = strrchr(name, '.');
        return dot != NULL && dot > name && text_matches(dot + 1, "A-Za-z0-9", 2, 4);
}

void pes_check_file(const json_t *file, size_t number, struct refusals *why)
{
        static const char *const types[] = {"001", "002", "003", "004", "005", "006", "007",
                                            "008", "009", "010", "011", "012", "013", NULL};
        const char *id = member(file, "id"), *type = member(file, "type");
        size_t length = text_length(id);
        if (length < 1 || length > 50)
                refusals_add(why, "pes-attachment-id", "PES PJ/IdUnique", "Attachment %zu: IdUnique must have 1 to 50 characters.",
                             number);
        if (!has_extension(member(file, "name")))
                refusals_add(why, "pes-attachment-name", "PES PJ/NomPJ",
                             "Attachment %zu: NomPJ must end in an extension of 2 to 4 characters: \"%.100s\".", number,
                             member(file, "name"));
        if (!any_of(type, types))
                refusals_add(why, "pes-attachment-type", "PES PJ/TypePJ", "Attachment %zu: TypePJ \"%.10s\" is none of 001 to 013.",
                             number, type);
        if (json_object_get(file, "bytes") == NULL)
                refusals_add(why, "pes-attachment-content", "PES PJ/Contenu/Fichier", "Attachment %zu has no content.", number);
}
