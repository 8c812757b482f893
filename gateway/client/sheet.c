/* sheet.c - one page that needs nothing else: the code is drawn as SVG, the style stands in it. */
#include "gateway/client/sheet.h"

#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/client/recovery.h"
#include "gateway/core/owner.h"

typedef char text;
DEFINE_OWNER(text, free)
DEFINE_OWNER(QRcode, QRcode_free)

enum { QUIET = 4 }; /* modules of white around the code (ISO/IEC 18004 6.3.8) */

static void escaped_put(FILE *out, const char *value)
{
        for (; *value != '\0'; value++) {
                if (*value == '<' || *value == '>' || *value == '&' || *value == '"')
                        fprintf(out, "&#%d;", *value);
                else
                        putc(*value, out);
        }
}

static void row_put(FILE *out, const char *french, const char *english, const char *value)
{
        fprintf(out, "<tr><th>%s<br><small>%s</small></th><td>", french, english);
        escaped_put(out, value);
        fputs("</td></tr>\n", out);
}

/* Each row's runs of dark modules as one path. */
static void code_put(FILE *out, const QRcode *code)
{
        int width = code->width + 2 * QUIET;
        fprintf(out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"QR\" "
                "shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"",
                width, width, width, width);
        for (int y = 0; y < code->width; y++)
                for (int x = 0, run; x < code->width; x += run) {
                        for (run = 0; x + run < code->width && (code->data[y * code->width + x + run] & 1) != 0;)
                                run++;
                        if (run > 0)
                                fprintf(out, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, run, run);
                        run += run == 0;
                }
        fputs("\"/></svg>\n", out);
}

static void words_put(FILE *out)
{
        fputs("<p>Cette feuille contient votre clé privée, verrouillée par votre phrase secrète : il faut les deux pour s'en servir. "
              "Gardez-la sous clé, loin de la phrase. Pour retrouver la clé : scannez le code ou recopiez les lignes dans un "
              "fichier, puis <code>pli key recover FICHIER --output NOM</code>. Les deux lettres au bout d'une ligne la "
              "contrôlent.</p>\n"
              "<p lang=\"en\">This sheet holds your private key, locked by your passphrase: both are needed to use it. Keep it "
              "locked away, far from the passphrase. To have the key back: scan the code or type the lines into a file, then "
              "<code>pli key recover FILE --output NAME</code>. The two letters that end a line check it.</p>\n",
              out);
}

static void page_put(FILE *out, const struct sheet *sheet, const QRcode *code, const char *lines)
{
        fputs("<!doctype html>\n<html lang=\"fr\"><head><meta charset=\"utf-8\"><title>Feuille de secours – Recovery sheet</title>\n"
              "<style>body{font:11pt/1.4 sans-serif;max-width:18cm;margin:1cm auto;color:#000}h1{font-size:16pt}"
              "th{text-align:left;font-weight:normal;padding:.1cm .5cm .1cm 0;vertical-align:top}td{overflow-wrap:anywhere}"
              "svg{width:10cm;height:10cm;display:block;margin:.3cm auto}pre{font:9pt/1.35 monospace}"
              "@media print{body{margin:0}@page{size:A4;margin:1.5cm}}</style></head>\n"
              "<body><h1>Feuille de secours d'une clé <small>– recovery sheet of a key</small></h1>\n<table>\n",
              out);
        row_put(out, "Titulaire", "Holder", sheet->name);
        row_put(out, "Clé", "Key", sheet->kind);
        row_put(out, "Empreinte de la clé publique (SHA-256)", "Digest of the public key (SHA-256)", sheet->fingerprint);
        row_put(out, "Faite le", "Made on", sheet->made);
        fputs("</table>\n", out);
        words_put(out);
        code_put(out, code);
        fputs("<pre>\n", out);
        fputs(lines, out);
        fputs("</pre></body></html>\n", out);
}

char *sheet_html(const struct sheet *sheet)
{
        OWN(text) lines = recovery_lines(sheet->key, sheet->size);
        OWN(text) scan = recovery_scan(sheet->key, sheet->size);
        /* Upper-case letters and digits only: the code's alphanumeric mode, 11 bits for two. */
        OWN(QRcode) code = scan == NULL ? NULL : QRcode_encodeString(scan, 0, QR_ECLEVEL_M, QR_MODE_8, 0);
        char *html = NULL;
        size_t size = 0;
        FILE *out = lines != NULL && code != NULL ? open_memstream(&html, &size) : NULL;
        if (out == NULL)
                return NULL;
        page_put(out, sheet, code, lines);
        fclose(out);
        return html;
}
