/* pes_answer.c - the header that all files of HELIOS share, then what an acquit says of each element. */
#include "gateway/formats/pes_answer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/formats/pes_sentence.h"
#include "gateway/formats/pes_stream.h"
#include "signing/refusal.h"

enum { VALUE = 512 };

struct pes_answer {
        struct pes_stream *stream;
        char file[256], root[64];
        json_t *facts, *elements; /* elements borrowed from facts */
        json_t *element;          /* the one being read, borrowed */
        char piece[32], line[32], code[64], text[VALUE];
        size_t errors;
        bool too_large;
};

static bool is(const char *name, const char *wanted)
{
        return strcmp(name, wanted) == 0;
}

static bool value_read(const struct pes_answer *answer, char *out, size_t size)
{
        *out = '\0';
        return pes_stream_attribute(answer->stream, "V", out, size);
}

/* ---- envelope and header ---- */

struct place {
        const char *parent, *name, *member;
};

static void header_read(struct pes_answer *answer, const char *name)
{
        static const struct place places[] = {
                {"Parametres", "TypFic", "type"}, {"Parametres", "NomFic", "name"},  {"EnTetePES", "DteStr", "date"},
                {"EnTetePES", "IdPost", "post"},  {"EnTetePES", "IdColl", "siret"},  {"EnTetePES", "CodCol", "code"},
                {"EnTetePES", "CodColl", "code"}, {"EnTetePES", "CodBud", "budget"}, {"EnTetePES", "LibelleColBud", "label"}};
        const char *parent = pes_stream_above(answer->stream, 1);
        char value[VALUE];
        for (size_t i = 0; i < sizeof places / sizeof *places; i++)
                if (is(name, places[i].name) && is(parent, places[i].parent) && value_read(answer, value, sizeof value))
                        json_object_set_new(answer->facts, places[i].member, json_string(value));
}

/* ---- the elements of an acquit ---- */

static void element_begin(struct pes_answer *answer)
{
        if (answer->elements == NULL) {
                answer->elements = json_array();
                json_object_set_new(answer->facts, "elements", answer->elements);
        }
        if (json_array_size(answer->elements) == PES_ELEMENTS_MAX) {
                answer->too_large = true;
                return;
        }
        *answer->piece = *answer->line = '\0';
        answer->element = json_pack("{s:b, s:[]}", "accepted", 0, "errors");
        json_array_append_new(answer->elements, answer->element);
}

static void element_part(struct pes_answer *answer, const char *name)
{
        static const struct place places[] = {{NULL, "DomaineAck", "domain"},
                                              {NULL, "NumBord", "bordereau"},
                                              {NULL, "ExerciceBord", "exercise"},
                                              {NULL, "IdMarche", "market"},
                                              {NULL, "IdUnique", "attachment"}};
        char value[VALUE];
        if (!value_read(answer, value, sizeof value))
                return;
        if (is(name, "EtatAck"))
                json_object_set_new(answer->element, "accepted", json_boolean(is(value, "1")));
        else if (is(name, "NumPiece"))
                snprintf(answer->piece, sizeof answer->piece, "%.*s", (int)sizeof answer->piece - 1, value);
        else if (is(name, "NumLigne"))
                snprintf(answer->line, sizeof answer->line, "%.*s", (int)sizeof answer->line - 1, value);
        else if (is(name, "NumAnoAck"))
                snprintf(answer->code, sizeof answer->code, "%.*s", (int)sizeof answer->code - 1, value);
        else if (is(name, "LibelleAnoAck"))
                snprintf(answer->text, sizeof answer->text, "%s", value);
        for (size_t i = 0; i < sizeof places / sizeof *places; i++)
                if (is(name, places[i].name))
                        json_object_set_new(answer->element, places[i].member, json_string(value));
}

/* Of the line where it stands in one, else of the piece, else of the element. */
static void error_end(struct pes_answer *answer)
{
        if (answer->errors == PES_ERRORS_MAX) {
                answer->too_large = true;
                return;
        }
        answer->errors++;
        json_t *error =
                json_pack("{s:s, s:s, s:s*, s:s*}", "code", answer->code, "text", answer->text, "piece",
                          *answer->piece != '\0' ? answer->piece : NULL, "line", *answer->line != '\0' ? answer->line : NULL);
        json_array_append_new(json_object_get(answer->element, "errors"), error);
        *answer->code = *answer->text = '\0';
}

/* ---- the stream's callbacks ---- */

static void element_start(void *context, struct pes_stream *stream, const char *name)
{
        struct pes_answer *answer = context;
        answer->stream = stream;
        if (pes_stream_depth(stream) == 1)
                snprintf(answer->root, sizeof answer->root, "%s", name);
        else if (answer->element != NULL)
                element_part(answer, name);
        else if (is(name, "ElementACQUIT"))
                element_begin(answer);
        else
                header_read(answer, name);
}

static void element_end(void *context, struct pes_stream *stream, const char *name)
{
        struct pes_answer *answer = context;
        (void)stream;
        if (answer->element == NULL)
                return;
        if (is(name, "Erreur"))
                error_end(answer);
        else if (is(name, "DetailLigne"))
                *answer->line = '\0';
        else if (is(name, "DetailPiece"))
                *answer->piece = '\0';
        else if (is(name, "ElementACQUIT"))
                answer->element = NULL;
}

struct pes_answer *pes_answer_new(const char *file)
{
        struct pes_answer *answer = calloc(1, sizeof *answer);
        if (answer == NULL)
                abort();
        const struct pes_handler handler = {.context = answer, .start = element_start, .end = element_end};
        answer->stream = pes_stream_new(&handler);
        answer->facts = json_object();
        snprintf(answer->file, sizeof answer->file, "%s", file);
        return answer;
}

bool pes_answer_write(struct pes_answer *answer, const uint8_t *data, size_t size)
{
        return pes_stream_write(answer->stream, data, size) && !answer->too_large;
}

/* ---- what it is ---- */

static bool holds(const char *text, const char *word)
{
        return strcasestr(text, word) != NULL;
}

static const char *kind_of(const struct pes_answer *answer, bool read)
{
        if (read && is(answer->root, "PES_ACQUIT"))
                return "acquit";
        if (read && is(answer->root, "PES_Retour"))
                return "retour";
        if ((read && holds(answer->root, "NonAcquit")) || holds(answer->file, "nonacquit"))
                return "nonacquit";
        if ((read && holds(answer->root, "OCRE")) || holds(answer->file, "OCRE"))
                return "ocre";
        return read && json_object_get(answer->facts, "siret") != NULL ? "other" : NULL;
}

/* Fourteen digits, no more, in the file's name: where the content says no SIRET. */
static void siret_guess(const struct pes_answer *answer)
{
        if (json_object_get(answer->facts, "siret") != NULL)
                return;
        for (const char *at = answer->file; *at != '\0';) {
                size_t digits = strspn(at, "0123456789");
                if (digits == 14) {
                        json_object_set_new(answer->facts, "siret", json_stringn(at, 14));
                        return;
                }
                at += digits > 0 ? digits : 1;
        }
}

static bool answer_judge(const struct pes_answer *answer, const char *kind, const struct signing_refusal *broken,
                         struct signing_refusal *why)
{
        if (answer->too_large)
                return refuse(why, "pes-answer-size", "20,000 elements, 100,000 errors", "The acquit is longer than any is.");
        if (kind == NULL && *broken->code != '\0') {
                *why = *broken;
                return false;
        }
        if (kind == NULL)
                return refuse(why, "pes-answer-unknown", "DOMAIN 2.2", "The root %.60s is no file of the DGFiP that is known.",
                              answer->root);
        return true;
}

bool pes_answer_finish(struct pes_answer *answer, json_t **out, struct signing_refusal *why)
{
        struct signing_refusal broken = {0};
        bool read = pes_stream_finish(answer->stream, &broken);
        const char *kind = kind_of(answer, read);
        bool known = answer_judge(answer, kind, &broken, why);
        json_object_set_new(answer->facts, "kind", json_string(kind != NULL ? kind : "unknown"));
        if (known && is(kind, "acquit"))
                pes_sentences_add(answer->facts, PES_ANSWER_REASONS);
        else
                siret_guess(answer);
        pes_stream_free(answer->stream);
        *out = answer->facts;
        free(answer);
        return known;
}
