# One makefile for all rooms. `make` builds; `make help` lists the rest.
# A room's sources are found by folder; a room's main file is main.c (signing/judge.c for the judge).
BUILD    ?= build
CC       ?= gcc
ifeq ($(origin CC),default)
CC       := gcc
endif
VERSION  := 0.1.0
PACKAGES := libxml-2.0 openssl xmlsec1-openssl libzip zlib libdeflate jansson
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -Wstrict-prototypes -Wvla -Werror
CPPFLAGS += -I. -D_GNU_SOURCE -DPLI_VERSION='"$(VERSION)"' -D_FORTIFY_SOURCE=2
SANITIZE ?=
# Short lines by default; make V=1 shows the commands.
V        ?= 0
Q        := $(if $(filter 0,$(V)),@)
OPTIMIZE ?= -O2
CFLAGS   += -std=c17 $(OPTIMIZE) -g -fPIC -pthread -fstack-protector-strong -fvisibility=hidden $(WARNINGS) $(SANITIZE)
LDFLAGS  += -pthread -Wl,--as-needed -Wl,-z,relro -Wl,-z,now $(SANITIZE)

# System headers are not ours to warn about; xmlsec's pkg-config flags carry defines that its headers need.
SYSTEM_FLAGS := $(shell pkg-config --cflags $(PACKAGES) libpq libcurl libmicrohttpd libevent libseccomp gmime-3.0 libp11 cairo-ft cairo-pdf 2>/dev/null | sed 's/-I/-isystem /g')
CPPFLAGS += $(SYSTEM_FLAGS)
LIBRARIES := $(shell pkg-config --libs $(PACKAGES) libpq libcurl libmicrohttpd libevent libevent_openssl libevent_pthreads libseccomp libarchive gmime-3.0 libp11 libqrencode libqpdf cairo-ft cairo-pdf 2>/dev/null)

.SECONDEXPANSION:
.SECONDARY:
.DELETE_ON_ERROR:

ROOMS    := core formats edge front notary relay admin client
room_sources = $(filter-out %/main.c,$(wildcard gateway/$(1)/*.c))
objects  = $(patsubst %.c,$(BUILD)/%.o,$(1))
JUDGE    := signing/judge.c signing/judge_wire.c signing/judge_envelope.c signing/judge_stamp.c signing/judge_unpack.c signing/judge_pes.c signing/judge_trust.c
SIGNING  := $(filter-out $(JUDGE),$(wildcard signing/*.c))
ARCHIVES := $(BUILD)/libsigning.a $(foreach r,$(ROOMS),$(BUILD)/lib$(r).a)
PROGRAMS := $(addprefix $(BUILD)/,pli-edge plid pli-judge pli-notary pli-relay pliadm pli)

all: $(PROGRAMS) $(BUILD)/libsigning.a $(BUILD)/libsigning.so

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/libsigning.a: $(call objects,$(SIGNING))
	$(Q)rm -f $@ && ar rcs $@ $^
$(BUILD)/libsigning.so: $(call objects,$(SIGNING))
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -shared -Wl,-soname,libsigning.so.0 -o $@ $^ $(shell pkg-config --libs $(PACKAGES))
define room_archive
$(BUILD)/lib$(1).a: $(call objects,$(call room_sources,$(1)))
	$(Q)rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room_archive,$(r))))

# A program: its main file and what it may link (the rooms of DESIGN: pli never links libpq's file, the edge neither).
define program
$(BUILD)/$(1): $(call objects,$(2)) $$(addprefix $(BUILD)/lib,$$(addsuffix .a,$(3)))
	@echo "  LINK  $$@"
	$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group $$(LIBRARIES)
endef
$(eval $(call program,pli-judge,$(JUDGE),signing formats core))
$(eval $(call program,pli-edge,gateway/edge/main.c,edge core))
$(eval $(call program,plid,gateway/front/main.c,front formats signing core))
$(eval $(call program,pli-notary,gateway/notary/main.c,notary formats signing core))
$(eval $(call program,pli-relay,gateway/relay/main.c,relay formats signing core))
$(eval $(call program,pliadm,gateway/admin/main.c,admin formats signing core))
$(eval $(call program,pli,gateway/client/main.c,client formats signing core))

# Unit tests: tests/unit/ROOM/NAME.c, one cmocka program each, linked against every room.
UNIT     := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*/*.c))
$(UNIT): $(BUILD)/%: $(BUILD)/%.o $$(ARCHIVES)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBRARIES) -lcmocka
$(BUILD)/tests/unit/core/verdict: | $(BUILD)/pli-judge
unit: $(UNIT)
# Fuzz targets: tests/fuzz/NAME.c with LLVMFuzzerTestOneInput; replayed over tests/fuzz/corpus/NAME by tests/fuzz/replay/main.c.
FUZZ     := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/*.c))
$(FUZZ): $(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/replay/main.o $$(ARCHIVES)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBRARIES)
fuzz-replay: $(FUZZ)

# Conformance: our reader of foreign corpora in the TSV shape of tests/conformance.
$(BUILD)/tests/conformance/run: $(call objects,$(wildcard tests/conformance/*.c)) $(BUILD)/libsigning.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBRARIES)
# A corpus of our own, made and judged at test time: build/conformance/VERDICT/REASON/NAME.xml.
$(BUILD)/tests/conformance/own/own: $(call objects,$(wildcard tests/conformance/own/*.c)) $(BUILD)/libsigning.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBRARIES) -lcmocka
conformance-runner: $(BUILD)/tests/conformance/run $(BUILD)/tests/conformance/own/own
# Benches: tests/load/NAME/run, each number beside what was possible in the same run; ONLY="name name" for some of them.
bench: all
	+BUILD=$(BUILD) tests/load/bench $(ONLY)
# Verifications a second, and what they are of what is possible.
$(BUILD)/tests/load/notary/bare: $(call objects,tests/load/notary/bare.c) $(BUILD)/libformats.a $(BUILD)/libcore.a $(BUILD)/libsigning.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBRARIES)
$(BUILD)/tests/load/verify/bench: $(call objects,$(wildcard tests/load/verify/*.c)) $(BUILD)/libsigning.a
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBRARIES)
# What PostgreSQL itself takes, beside which uploads are measured.
$(BUILD)/tests/load/deposit/ingest: $(BUILD)/tests/load/deposit/ingest.o
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBRARIES)
CORPUS ?= ../shared/data/xades
TSV    ?= $(CORPUS)/corpus.tsv
KNOWN  ?= tests/conformance/known.tsv
conformance: conformance-runner
	$(BUILD)/tests/conformance/run $(CORPUS) $(TSV) $(KNOWN)
	$(BUILD)/tests/conformance/own/own $(BUILD)/conformance

# libFuzzer on one target: make fuzz TARGET=xml SECONDS=600
fuzz:
	$(MAKE) CC=clang BUILD=build/fuzzing SANITIZE="-fsanitize=address,undefined,fuzzer-no-link" OPTIMIZE=-O1 build/fuzzing/libfuzzer/$(TARGET)
	build/fuzzing/libfuzzer/$(TARGET) -max_total_time=$(or $(SECONDS),60) build/fuzzing tests/fuzz/corpus/$(TARGET)
$(BUILD)/libfuzzer/%: $(BUILD)/tests/fuzz/%.o $(ARCHIVES)
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	$(Q)$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBRARIES)

# The web pages, with what they take from npm.
ui:
	gateway/front/ui/build $(BUILD)/ui
check-browser: all ui
	tests/harness/packages browser
	tests/browser/run
# The two commands of the README. Packages first, then a second make that sees them.
demo:
	tests/harness/packages demo
	$(MAKE) -j2 --no-print-directory all ui
	tests/harness/demo.py
demo-stop:
	tests/harness/demo.py --stop
check:
	tests/harness/packages check
	tests/check
lint: all
	tests/lint $(BUILD)

# Onto this machine (or below DESTDIR), and as Debian packages in build/.
install: all ui
	deploy/install $(BUILD) "$(DESTDIR)"
deb: all ui
	deploy/debian/build $(BUILD) $(VERSION)
# Several machines on loopback addresses: Patroni, etcd, HAProxy, two of each program.
demo-ha:
	tests/harness/packages ha
	$(MAKE) -j2 --no-print-directory all
	tests/harness/ha.py
demo-ha-stop:
	tests/harness/ha.py --stop
check-ha:
	tests/harness/packages ha
	$(MAKE) -j2 --no-print-directory all
	/usr/bin/python3 -m pytest -q -p no:cacheprovider tests/ha
check-deb: deb
	tests/package/run $(BUILD)

help:
	@echo 'make                 builds the programs and the library into build/'
	@echo 'make demo            installs what is needed, builds, starts everything and tells the story; demo-stop ends it'
	@echo 'make demo-ha         the same on three machines (loopback addresses); the primary is killed; demo-ha-stop ends it'
	@echo 'make check           runs every test; tests/check STEP runs one step'
	@echo 'make check-browser   the pages, in a real browser'
	@echo 'make check-ha        machines fall, sites burn, versions change: needs Patroni, etcd, HAProxy, pgBackRest'
	@echo 'make lint            the rights of the rooms, the style, static analysis'
	@echo 'make conformance     CORPUS=dir TSV=file: our verdicts against a foreign corpus'
	@echo 'make bench           ONLY="name name": how fast, beside what is possible and what others do; build/bench.json'
	@echo 'make fuzz            TARGET=name SECONDS=n: libFuzzer on one parser'
	@echo 'make install         puts the programs, pages, units and manuals where they belong (DESTDIR=folder for elsewhere)'
	@echo 'make deb             Debian packages; make check-deb installs them in a clean Debian and tries them'
	@echo 'make clean           removes build/ (the demo lives in var/: make demo-stop first)'

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' -type f 2>/dev/null)
.PHONY: all ui check-browser unit fuzz-replay conformance-runner conformance fuzz bench install deb check-deb demo demo-stop demo-ha demo-ha-stop check-ha check lint help clean
