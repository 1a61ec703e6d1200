# One makefile for everything; `make help` lists the targets.

PREFIX   ?= /usr/local
BINDIR   ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/ptyhead
MANDIR   ?= $(PREFIX)/share/man
UNITDIR  ?= $(PREFIX)/lib/systemd/system
USERUNITDIR ?= $(PREFIX)/lib/systemd/user
INCLUDEDIR ?= $(PREFIX)/include
LIBDIR   ?= $(PREFIX)/lib
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR ?= $(PREFIX)/share/zsh/site-functions
# (Without XDG_DATA_DIRS, as at an ssh login, fish does not look below /usr/local.)
FISHCOMPDIR ?= $(if $(filter /usr/local,$(PREFIX)),/etc/fish/completions,$(PREFIX)/share/fish/vendor_completions.d)
DOCDIR   ?= $(PREFIX)/share/doc/ptyhead
DESTDIR  ?=

VERSION  := 0.1.0

# SYSTEMD=no builds without libsystemd, which the head loads where sockets are handed
# over to it; so do static builds, which cannot load it. SAN=yes builds everything
# with ASan and UBSan into a folder of its own; S6=no builds without skalibs and s6
# (then s6-ptyexec and the fd-holder store are left out).
SYSTEMD  ?= $(if $(filter -static%,$(LDFLAGS)),no,yes)
S6       ?= yes
SAN      ?= no

# A line for each file, or with V=1 the whole command.
V        ?= 0
SILENT   := $(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS))))
quiet    := $(if $(filter 1,$(V)),,@)
say      = $(if $(filter 1,$(V)),,@$(if $(SILENT),,printf '  %-4s %s\n' $(1) $@;))

CFLAGS   ?= -O2 -g
OBJCOPY  ?= objcopy
WARN     := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wvla
STD      := -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -fno-strict-overflow
# No exception passes through the programs: the tables would only take memory (debuggers
# have their own). Through the library's callbacks one may pass.
UNWIND   := -fno-asynchronous-unwind-tables
comma    := ,
DEFS     := -DPTYHEAD_VERSION='"$(VERSION)"'

ifeq ($(SAN),yes)
B        ?= build/asan
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else
B        ?= build
SANFLAGS :=
endif

# FAULTS=yes: fault points that the crash tests aim at, in a folder of its own.
FAULTS   ?= no
ifeq ($(FAULTS),yes)
B        := build/faults
DEFS     += -DPTYHEAD_FAULTS
FAULT_OBJ := $(B)/obj/tests/faults/fault.o
endif

S        := ptyhead-service
# A layer is a folder with its sources, or with folders of them; one library each,
# in the order in which they are linked.
LAYERS   := viewer head client replay tape wire screen base
INC      := $(patsubst %/,-I%,$(sort $(dir $(wildcard $(S)/*/*.h $(S)/*/*/*.h))))
# What the user gives comes last, but for the folders: CPPFLAGS may have others of that name.
ALLFLAGS  = $(STD) $(WARN) $(DEFS) $(INC) $(CPPFLAGS) $(CFLAGS) $(SANFLAGS) -MMD -MP
LINK      = $(CC) $(CFLAGS) $(SANFLAGS) $(LDFLAGS)

# ---- sources -------------------------------------------------------------

layer_src = $(filter-out $(S)/viewer/tools/ptyhead-%.c $(S)/head/ptyhead.c $(skip_src),$(wildcard $(S)/$(1)/*.c $(S)/$(1)/*/*.c))
objs      = $(patsubst %.c,$(B)/obj/%.o,$(1))

skip_src :=
ifeq ($(SYSTEMD),yes)
SYSTEMD_LIBS := -ldl
DEFS += -DHAVE_SYSTEMD=1
skip_src += $(S)/head/activation_plain.c
else
SYSTEMD_LIBS :=
skip_src += $(S)/head/activation.c $(S)/head/keep_systemd.c
endif
ifeq ($(S6),yes)
# Linked into the programs where the archives are installed: as shared libraries they cost
# each head 120 KB of memory.
S6_LIBS := $(if $(findstring /,$(shell $(CC) -print-file-name=libs6.a)),-Wl$(comma)-Bstatic -ls6 -lskarnet -Wl$(comma)-Bdynamic,-ls6 -lskarnet)
DEFS += -DHAVE_S6=1
else
S6_LIBS :=
skip_src += $(S)/head/keep_fdholder.c
endif

# libptyhead: client and what it stands on. Its major number goes up when ptyhead.h
# changes so that what was built before does not work any more.
SOMAJOR  := 0
SONAME   := libptyhead.so.$(SOMAJOR)
SOREAL   := libptyhead.so.$(VERSION)
SO_SRC   := $(foreach l,client tape wire base,$(wildcard $(S)/$(l)/*.c))
SO_OBJ   := $(patsubst %.c,$(B)/pic/%.o,$(SO_SRC))
PUBLIC   := $(S)/client/ptyhead.h

LIBS     := $(LAYERS:%=$(B)/lib%.a)
TOOLS    := $(patsubst $(S)/viewer/tools/%.c,%,$(wildcard $(S)/viewer/tools/ptyhead-*.c))
PROGS    := $(if $(wildcard $(S)/head/ptyhead.c),ptyhead) $(TOOLS)
ifeq ($(S6),yes)
PROGS    += $(if $(wildcard s6-ptyexec/*.c),s6-ptyexec)
endif
SCRIPTS  := $(notdir $(wildcard $(S)/scripts/ptyhead-*))
COMPLETIONS := $(B)/completion/ptyhead.bash $(B)/completion/_ptyhead $(B)/completion/ptyhead.fish
BINS     := $(PROGS:%=$(B)/%) $(SCRIPTS:%=$(B)/%)

UNIT     := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))
HELPERS  := $(patsubst tests/helpers/%.c,$(B)/tests/helpers/%,$(wildcard tests/helpers/*.c))
INJECT   := $(B)/tests/faults/inject.so $(B)/tests/faults/arm
BENCHES  := $(patsubst tests/bench/%.c,$(B)/tests/bench/%,$(wildcard tests/bench/*.c))
SOAKS    := $(patsubst tests/soak/%.c,$(B)/tests/soak/%,$(wildcard tests/soak/*.c))
ORACLE   := $(patsubst tests/oracle/%.c,$(B)/tests/oracle/%,$(wildcard tests/oracle/*.c))
FUZZ     := $(patsubst tests/fuzz/fuzz_%.c,$(B)/tests/fuzz/fuzz_%,$(wildcard tests/fuzz/fuzz_*.c))
REPLAY   := $(if $(wildcard tests/fuzz/replay_main.c),$(patsubst tests/fuzz/fuzz_%.c,$(B)/tests/fuzz/replay_%,$(wildcard tests/fuzz/fuzz_*.c)))

# ---- building ------------------------------------------------------------

.PHONY: all help
all: $(BINS) $(B)/$(SONAME) $(B)/libptyhead.a $(COMPLETIONS) ## build every program and the library into $(B)/
.DEFAULT_GOAL := all

help:                           ## list the targets
	@sed -n 's/^\([a-z][a-z-]*\):.*##/  make \1 -/p' Makefile

define layer_rule
$(B)/lib$(1).a: $(call objs,$(call layer_src,$(1)))
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(call say,AR)$(AR) rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rule,$(l))))

$(B)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(ALLFLAGS) $(UNWIND) $(XFLAGS) -c -o $@ $<

$(B)/completion/%: $(S)/completion/%.in $(S)/completion/options $(S)/completion/generate
	@mkdir -p $(@D)
	@$(S)/completion/generate $(if $(filter _%,$*),zsh,$(patsubst .%,%,$(suffix $*))) $(S)/completion/options $< >$@

$(SCRIPTS:%=$(B)/%): $(B)/%: $(S)/scripts/%
	@mkdir -p $(@D)
	@sed 's/@VERSION@/$(VERSION)/' $< >$@ && chmod 755 $@

$(B)/pic/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(ALLFLAGS) -fPIC -c -o $@ $<

# Only what ptyhead.h names can be seen from outside, in the archive too.
$(B)/$(SOREAL): $(SO_OBJ) $(S)/client/libptyhead.map
	$(call say,LINK)$(LINK) -shared -Wl,-soname,$(SONAME) -Wl,--version-script=$(S)/client/libptyhead.map -Wl,-z,defs -o $@ $(SO_OBJ)
$(B)/$(SONAME): $(B)/$(SOREAL)
	@ln -sf $(<F) $@ && ln -sf $(<F) $(B)/libptyhead.so
$(B)/libptyhead.a: $(SO_OBJ) $(S)/client/libptyhead.map
	@rm -f $@
	@sed -n 's/^\t\(ptyhead_[a-z_]*\);.*/\1/p' $(S)/client/libptyhead.map >$(B)/libptyhead.symbols
	$(call say,AR)$(LD) -r -o $(B)/libptyhead.o $(SO_OBJ) && $(OBJCOPY) --keep-global-symbols=$(B)/libptyhead.symbols $(B)/libptyhead.o && $(AR) rcs $@ $(B)/libptyhead.o

$(B)/ptyhead: $(call objs,$(S)/head/ptyhead.c) $(LIBS) $(FAULT_OBJ)
	$(call say,LINK)$(LINK) -o $@ $^ $(SYSTEMD_LIBS) $(S6_LIBS) -lpthread
$(TOOLS:%=$(B)/%): $(B)/%: $(B)/obj/$(S)/viewer/tools/%.o $(LIBS)
	$(call say,LINK)$(LINK) -o $@ $^
$(B)/s6-ptyexec: $(call objs,$(wildcard s6-ptyexec/*.c)) $(B)/libclient.a $(B)/libwire.a $(B)/libbase.a
	$(call say,LINK)$(LINK) -o $@ $^ $(S6_LIBS)

# Test programs may use every layer.
TESTLIBS := $(LIBS) $(SYSTEMD_LIBS) $(S6_LIBS) -lutil -lpthread
$(UNIT) $(HELPERS) $(BENCHES) $(SOAKS) $(ORACLE) $(B)/tests/faults/arm: $(B)/tests/%: $(B)/obj/tests/%.o $(LIBS)
	@mkdir -p $(@D)
	$(call say,LINK)$(LINK) -o $@ $< $(TESTLIBS)
$(B)/obj/tests/%.o: XFLAGS := -Itests/helpers
$(REPLAY): $(B)/tests/fuzz/replay_%: $(B)/obj/tests/fuzz/fuzz_%.o $(B)/obj/tests/fuzz/replay_main.o $(LIBS)
	@mkdir -p $(@D)
	$(call say,LINK)$(LINK) -o $@ $(filter %.o,$^) $(TESTLIBS)
# Preloaded before a sanitizer's runtime, and so without one.
$(B)/tests/faults/inject.so: tests/faults/inject.c tests/faults/inject.h
	@mkdir -p $(@D)
	$(call say,CC)$(CC) -std=c11 -D_GNU_SOURCE $(WARN) $(CFLAGS) -fPIC -shared -o $@ $< -ldl
# The fuzzers compile the pure layers afresh under clang's coverage.
FUZZ_SRC = $(wildcard $(S)/base/*.c $(S)/screen/*.c $(S)/wire/*.c $(S)/tape/*.c)
$(FUZZ): $(B)/tests/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_SRC) $(wildcard $(S)/*/*.h $(S)/*/*/*.h)
	@mkdir -p $(@D)
	$(call say,CC)clang $(STD) $(INC) $(FUZZDEFS) -Itests/helpers -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o $@ $< $(FUZZ_SRC)

$(B)/tests/fuzz/fuzz_screen_styles: FUZZDEFS := -DSCREEN_STYLES_MAX=128

.PHONY: tests-built
tests-built: all $(UNIT) $(HELPERS) $(INJECT) $(ORACLE) $(REPLAY)

# ---- checking ------------------------------------------------------------

.PHONY: check check-interop interop check-unit check-fast lint fuzz oracle bench soak demo newcomer setup setup-build
setup-build:                    ## install the few Debian packages that building and running need
	@tests/helpers/need build

setup:                          ## install the Debian packages that building and testing need
	@tests/helpers/need build check

check:                          ## from nothing: install, build, lint the layers, test; unit tests with sanitizers, too
	@tests/helpers/need build check
	@$(MAKE) --no-print-directory -j2 tests-built
	@$(MAKE) --no-print-directory -j2 SAN=yes tests-built
	@$(MAKE) --no-print-directory -j2 FAULTS=yes build/faults/ptyhead
	@tests/run -u build -u build/asan -i build

check-san:                      ## the integration tests on the build with sanitizers
	@tests/helpers/need build check
	@$(MAKE) --no-print-directory -j2 SAN=yes tests-built
	@$(MAKE) --no-print-directory -j2 FAULTS=yes build/faults/ptyhead
	@tests/run -i build/asan

check-interop:                  ## with a browser, podman, Debian packages: from nothing, some minutes
	@tests/helpers/need build check interop
	@$(MAKE) --no-print-directory -j2 tests-built
	@tests/run -x build

interop: check-interop          ## another name of check-interop

check-unit: all $(UNIT) $(HELPERS) ## the unit tests on the plain build alone, nothing installed
	@tests/run -u $(B)

check-fast: tests-built         ## the tests on the plain build alone, nothing installed
	@tests/run -u build -i build

lint:                           ## warnings of both compilers, clang-tidy, cppcheck, shellcheck, mandoc, layering
	@tests/helpers/need build check
	@tests/lint/lint

fuzz: $(FUZZ)                   ## run each fuzzer for FUZZ_SECONDS (default 60)
	@tests/fuzz/run $(B) $${FUZZ_SECONDS:-60}

oracle:                         ## ask the emulators of tests/oracle anew (node, tmux, xterm, Xvfb)
	@$(MAKE) --no-print-directory -j2 all oracle-built
	@tests/oracle/anew $(B)
.PHONY: oracle-built
oracle-built: $(ORACLE)

bench:                          ## measure, as ratios against peers in the same run (BENCH='drain latency' for some)
	@tests/helpers/need build bench
	@$(MAKE) --no-print-directory -j2 bench-built
	@tests/bench/run $(B) $(BENCH)
.PHONY: bench-built
bench-built: all $(BENCHES) $(HELPERS)

soak:                           ## heads killed hundreds of times within GBs of output (SOAK_KILLS, SOAK_MB)
	@tests/helpers/need build check
	@$(MAKE) --no-print-directory -j2 soak-built
	@tests/soak/run $(B)
.PHONY: soak-built
soak-built: all $(SOAKS) $(HELPERS) $(INJECT)

newcomer:                       ## a newcomer's first session in a bare Debian, from the clone to the first attach
	@tests/newcomer/run

demo:                           ## a program under a real s6-svscan, and a viewer on it
	@tests/helpers/need build demo
	@$(MAKE) --no-print-directory -j2 all
	@examples/demo $(B)

# ---- installing ----------------------------------------------------------

MANPAGES := $(wildcard $(S)/man/*.[1-8])
ifeq ($(S6),yes)
MANPAGES += $(wildcard s6-ptyexec/*.[1-8])
endif
EXAMPLEDIR = $(DOCDIR)/examples
EXAMPLES = $(shell find examples -name node_modules -prune -o -type f -print)
UNITS    := $(wildcard systemd/*.service systemd/*.socket)
# A shell looks for a file with the command's name.
COMPLETED := $(TOOLS) $(SCRIPTS)
USERUNITS := $(wildcard systemd/user/*.service systemd/user/*.socket)
UNIT_PATHS = sed -e 's|@BINDIR@|$(BINDIR)|g' -e 's|@LIBEXECDIR@|$(LIBEXECDIR)|g' -e 's|@EXAMPLEDIR@|$(EXAMPLEDIR)|g'

.PHONY: install uninstall dist deb clean
install: all                    ## into DESTDIR, PREFIX, BINDIR, LIBDIR, INCLUDEDIR, MANDIR, DOCDIR, UNITDIR
	$(quiet)install -d $(DESTDIR)$(BINDIR)
	$(quiet)install -m 755 $(BINS) $(DESTDIR)$(BINDIR)
	$(quiet)for m in $(MANPAGES); do d=$(DESTDIR)$(MANDIR)/man$${m##*.}; install -d $$d && install -m 644 $$m $$d || exit 1; done
	$(quiet)install -d $(DESTDIR)$(BASHCOMPDIR) $(DESTDIR)$(ZSHCOMPDIR) $(DESTDIR)$(FISHCOMPDIR)
	$(quiet)for c in $(COMPLETED); do install -m 644 $(B)/completion/ptyhead.bash $(DESTDIR)$(BASHCOMPDIR)/$$c || exit 1; done
	$(quiet)for c in $(COMPLETED); do install -m 644 $(B)/completion/ptyhead.fish $(DESTDIR)$(FISHCOMPDIR)/$$c.fish || exit 1; done
	$(quiet)install -m 644 $(B)/completion/_ptyhead $(DESTDIR)$(ZSHCOMPDIR)
	$(quiet)install -d $(DESTDIR)$(INCLUDEDIR) $(DESTDIR)$(LIBDIR)/pkgconfig
	$(quiet)install -m 644 $(PUBLIC) $(DESTDIR)$(INCLUDEDIR)
	$(quiet)install -m 755 $(B)/$(SOREAL) $(DESTDIR)$(LIBDIR)
	$(quiet)ln -sf $(SOREAL) $(DESTDIR)$(LIBDIR)/$(SONAME)
	$(quiet)ln -sf $(SOREAL) $(DESTDIR)$(LIBDIR)/libptyhead.so
	$(quiet)install -m 644 $(B)/libptyhead.a $(DESTDIR)$(LIBDIR)
	$(quiet)sed -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' $(S)/client/ptyhead.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/ptyhead.pc
ifeq ($(SYSTEMD),yes)
	$(quiet)install -d $(DESTDIR)$(UNITDIR) $(DESTDIR)$(USERUNITDIR) $(DESTDIR)$(LIBEXECDIR)
	$(quiet)install -m 755 systemd/check-name systemd/pace $(DESTDIR)$(LIBEXECDIR)
	$(quiet)for u in $(UNITS); do $(UNIT_PATHS) $$u > $(DESTDIR)$(UNITDIR)/$${u##*/} || exit 1; done
	$(quiet)for u in $(USERUNITS); do $(UNIT_PATHS) $$u > $(DESTDIR)$(USERUNITDIR)/$${u##*/} || exit 1; done
endif
	$(quiet)for e in $(EXAMPLES); do d=$(DESTDIR)$(EXAMPLEDIR)/$${e#examples/}; install -d $${d%/*} && cp $$e $$d && chmod u=rwX,go=rX $$d || exit 1; done
	$(quiet)install -m 644 systemd/access.conf.example $(DESTDIR)$(EXAMPLEDIR)/systemd
	$(quiet)install -m 644 README.md $(S)/ARCHITECTURE.md $(DESTDIR)$(DOCDIR)
	@echo "installed: the programs in $(DESTDIR)$(BINDIR), the manual in $(DESTDIR)$(MANDIR)"

uninstall:                      ## take away what install put there
	rm -f $(PROGS:%=$(DESTDIR)$(BINDIR)/%) $(SCRIPTS:%=$(DESTDIR)$(BINDIR)/%)
	for m in $(MANPAGES); do rm -f $(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/}; done
	for c in $(COMPLETED); do rm -f $(DESTDIR)$(BASHCOMPDIR)/$$c $(DESTDIR)$(FISHCOMPDIR)/$$c.fish; done
	rm -f $(DESTDIR)$(ZSHCOMPDIR)/_ptyhead
	rm -f $(DESTDIR)$(LIBEXECDIR)/check-name $(DESTDIR)$(LIBEXECDIR)/pace
	rm -rf $(DESTDIR)$(DOCDIR)
	-rmdir $(DESTDIR)$(LIBEXECDIR) 2>/dev/null
	rm -f $(DESTDIR)$(INCLUDEDIR)/ptyhead.h $(DESTDIR)$(LIBDIR)/$(SOREAL) $(DESTDIR)$(LIBDIR)/$(SONAME) $(DESTDIR)$(LIBDIR)/libptyhead.so $(DESTDIR)$(LIBDIR)/libptyhead.a $(DESTDIR)$(LIBDIR)/pkgconfig/ptyhead.pc
	for u in $(UNITS); do rm -f $(DESTDIR)$(UNITDIR)/$${u##*/}; done
	for u in $(USERUNITS); do rm -f $(DESTDIR)$(USERUNITDIR)/$${u##*/}; done

# In a clone what git knows, as it is in the work tree; elsewhere all but build/.
DISTNAME := ptyhead-$(VERSION)
dist:                           ## a source archive of this folder, in build/
	@mkdir -p build
	$(quiet){ [ -e .git ] && git ls-files -z || find . -path ./build -prune -o ! -type d -printf '%P\0'; } | \
		LC_ALL=C sort -z | tar -c --null -T - --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --transform='s,^,$(DISTNAME)/,S' | gzip -9n >build/$(DISTNAME).tar.gz
	@echo build/$(DISTNAME).tar.gz

deb:                            ## Debian packages in build/deb, checked by lintian
	@tests/helpers/need build deb
	@$(S)/package/make-deb build/deb $(VERSION)

clean:                          ## remove build/
	rm -rf build

-include $(shell [ -d $(B)/obj ] && find $(B)/obj $(wildcard $(B)/pic) -name '*.d')
