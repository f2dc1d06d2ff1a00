import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ours, theirs } from './make-run';

/** `all` so that make has something to do; nothing is ever made. */
const end = '\nall: ;\n';

function same(text: string): void {
  const real = theirs(text + end);
  assert.equal(real.failed, undefined, `make refuses the case itself: ${real.failed ?? ''}\n${text}`);
  assert.deepEqual(ours(text + end).said, real.said, text);
}

const cases: Readonly<Record<string, string>> = {
  'recursive variables see what is set later': 'a = $(b)\nb = 1\n$(info [$(a)])\nb := 2\n$(info [$a])',
  'simple variables do not': 'b = 1\na := $(b)\nb = 2\n$(info [$(a)])',
  '+= keeps the flavour':
    'b = 1\na := x\na += $(b)\nb = 2\n$(info [$(a)])\nc = y\nc += $(b)\nb = 3\n$(info [$(c)] $(flavor a) $(flavor c))',
  '+= of nothing adds no space':
    'a := x\na +=\na += $(none)\n$(info [$(a)])\nb = x\nb += $(none)\n$(info [$(b)])\nnew += 1\n$(info [$(new)] $(flavor new))',
  '?= only where there is none': 'a ?= 1\na ?= 2\nb =\nb ?= 3\n$(info [$(a)] [$(b)])',
  ':= and ::= are one': 'a ::= 1\n$(info [$(a)] $(flavor a))',
  '!= is a shell': 'a != echo hi there\n$(info [$(a)])',
  'white space at the end of a value stays':
    'nothing :=\nspace := $(nothing) # comment\n$(info [$(space)])\na = b  \n$(info [$(a)])',
  'comments, and what is none':
    'a := x\\#y # z\n$(info [$(a)])\nb := $(subst x,#,axb)\n$(info [$(b)])\nc := 1\\\\# 2\n$(info [$(c)])',
  'white space at the end of a value is part of names made of it':
    'v := y # comment\nw := y\t# tab\nobj-$(v) += a.o\nobj-$(strip $(v)) += b.o\nobj-$(w) := c.o\nexport obj-$(v) += d.o\nobj-$(if $(v),y) += e.o\n$(info [$(obj-y)] [$(obj-y )] [$(obj-$(w))])\ndefine obj-$(v)\nf.o\nendef\nundefine obj-$(w)\n$(info [$(obj-y)] [$(obj-y )])\n$(eval obj-$(v) := g.o)\n$(info [$(obj-y)] [$(obj-y )])',
  'override is stronger than what follows':
    'override a := 1\na := 2\na += 3\nundefine a\n$(info [$(a)] $(origin a))\noverride a += 4\nexport override b = 1\nb = 2\noverride define c\n1\nendef\n$(eval c := 2)\nd := 1\noverride d += 2\nd += 3\n$(info [$(a)] [$(b)] [$(c)] [$(d)])\noverride undefine a\na ?= 5\n$(info [$(a)])',
  'backslashes at the end of a line that joins none':
    'a := x\\\\\nb := x\\\\\\\ny\nc := x\\\\ # c\nd := x\\\\\\\\\n$(info [$(a)] [$(b)] [$(c)] [$(d)])\ndefine e\nx\\\\\ny\\\nz\nendef\n$(info [$(e)])',
  'continued lines': 'a := 1 \\\n    2\\\n3 \\\n\n$(info [$(a)])\n# comment \\\nb := not set\n$(info [$(b)])',
  'define keeps lines':
    'define a\none $(x)\n  two\nendef\nx = 1\n$(info [$(a)])\ndefine b :=\n$(x)\nendef\nx = 2\n$(info [$(b)])',
  'define in define': 'define a\ndefine b\nin\nendef\nendef\n$(eval $(a))\n$(info [$(b)])',
  'conditions compare expanded text':
    'x = y\nifeq ($(x),y)\n$(info 1)\nelse\n$(info 2)\nendif\nifneq "$(x)" \'y\'\n$(info 3)\nelse ifdef x\n$(info 4)\nendif',
  'white space in conditions':
    'ifeq ( a,a)\n$(info 1)\nendif\nifeq (a , a)\n$(info 2)\nendif\nifeq (a,a )\n$(info 3)\nendif\nifeq ($(strip a ),$(if x,a))\n$(info 4)\nendif',
  'commas and parentheses in conditions':
    'a = 1,2\nifeq ($(subst (1),[1],($(a))),(1,2))\n$(info 1)\nendif\nifeq ({a},{a})\n$(info 2)\nendif\nifeq (,$(findstring x,a))\n$(info 3)\nendif',
  'ifdef asks for text, not for an expansion':
    'e =\nf = $(e)\nifdef e\n$(info 1)\nendif\nifdef f\n$(info 2)\nendif\nn = f\nifdef $(n)\n$(info 3)\nendif\nifndef none\n$(info 4)\nendif',
  'conditions inside rules':
    'ifdef none\nx: y\n\tcmd\nelse\n$(info else)\nendif\nz:\nifdef none\n\tcmd\nendif\n\tcmd\ny := 1\n$(info $(y))\ny:\n',
  'lines after a rule that start with a tab are its recipe':
    'x:\n\ta := 1\n$(info [$(a)])\nb := 1\n\tc := 2\n$(info [$(c)])',
  'a recipe has all that backslashes join to it':
    'x:\n\techo \\\na := 1\\\n\\\nb := 1\n\t# \\\nc := 1\nd := 1\n$(info [$(a)] [$(b)] [$(c)] [$(d)])',
  'target-specific variables do not leak': 'a := 1\nall: a := 2\nall: b = 3\n$(info [$(a)] [$(b)])',
  'substitution references':
    'a := x.o y.c z.o\n$(info [$(a:.o=.c)] [$(a:%.o=p/%.k)] [${a:x.o=}])\no := .o\n$(info [$(a:$(o)=.d)])',
  'computed names':
    'CONFIG_X := y\nobj-$(CONFIG_X) += a.o\nobj-$(CONFIG_Z) += b.o\n$(info [$(obj-y)] [$(obj-)])\nn := obj\n$(info [$($(n)-y)] [$($(n)-$(CONFIG_X):.o=.c)])',
  'single-letter references': 'a = 1\n$(info [$a] [$ab] [$$a])',
  'patsubst drops words that become nothing':
    '$(info [$(patsubst %.o,,a.o b c.o d)] [$(patsubst a,x y,b  a   c)] [$(patsubst %,p/%/%,a b)])',
  'patterns with escaped percent signs':
    '$(info [$(patsubst a\\%b,x,a%b acb)] [$(filter a\\%%,a%b ab)] [$(patsubst %,\\%%,q)])',
  'subst of nothing': '$(info [$(subst ,x,abc)] [$(subst a,,banana)] [$(subst  a,b, a)])',
  'words of nothing':
    '$(info [$(word 2,a)] [$(words )] [$(firstword )] [$(wordlist 2,9,a b c)] [$(wordlist 3,2,a b c)] [$(lastword a b)])',
  'parts of names':
    '$(info [$(dir a b/c d/ /e)] [$(notdir a b/c d/ /e)] [$(suffix a.b c d.e/f g.h.i .j)] [$(basename a.b c d.e/f g.h.i .j)])',
  'join, prefixes and suffixes':
    '$(info [$(join a b c,1 2)] [$(join a,1 2 3)] [$(addprefix p/,a b)] [$(addsuffix .o,a b)] [$(addprefix a b,c d)])',
  'sort drops repetitions': '$(info [$(sort b a c a B _ . - b.o b_o)])',
  'if, or, and':
    '$(info [$(if $(none),a,b)] [$(if  x , a )] [$(if ,a)] [$(or ,$(none), b ,c)] [$(and a,b)] [$(and a,,b)])',
  'foreach has a variable of its own':
    'x := out\n$(info [$(foreach x,1 2 3,<$(x)>)] [$(x)] [$(foreach y,a b,)])\n$(info [$(foreach x,a b,$(foreach y,1 2,$(x)$(y)))])',
  'call binds its arguments':
    'f = [$(1)|$(2)|$0]\n$(info $(call f,a,b) $(call f, a ) $(call f))\ng = $(call f,$(2),$(1))$(3)\n$(info $(call g,x,y,z))\nh = $(call f,only)\n$(info $(call h,1,2))',
  'call may refer to itself':
    'rev = $(if $(1),$(call rev,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))\n$(info [$(call rev,a b c)])',
  'call of a function': '$(info [$(call subst,a,b,banana)] [$(call words,a b c)])',
  'eval assigns for good':
    '$(foreach v,a b,$(eval $(v)-y := $(v).o))\n$(info [$(a-y)] [$(b-y)])\ndefine rule\n$(1)-objs += $(2)\nendef\n$(eval $(call rule,x,1))\n$(eval $(call rule,x,2))\n$(info [$(x-objs)])',
  'eval in a call does not assign its arguments': 'f = $(eval r := $(1)$$(1))\n$(call f,a)\n$(info [$(r)])',
  'braces and commas': 'c := ,\n$(info [$(subst $(c),;,a$(c)b)] [${subst a,b,(a,a)}] [$(subst a,b,{a,a})])',
  'value and origin': 'a = $(b)\n$(info [$(value a)] $(origin a) $(origin none) $(flavor none) $(flavor a))',
  'export and override are no part of the name':
    'export a := 1\noverride b := 2\nexport c\nexport override d = 3\n$(info [$(a)$(b)$(c)$(d)])',
  undefine: 'a := 1\nundefine a\n$(info [$(a)] $(origin a))\nifdef a\n$(info yes)\nendif',
  'names that look like directives':
    'ifeq := 1\ninclude = 2\ndefine = 3\nexport = 4\n$(info [$(ifeq)$(include)$(export)])',
  'function names without arguments are variables': 'sort = 1\n$(info [$(sort)] [$(words)])',
  'a pattern of words in filter':
    '$(info [$(filter %.o a,a b c.o a.o/)] [$(filter-out %/,a/ b c/)] [$(filter a%c,abc ac a)])',
  'kbuild idioms':
    'obj-y := a.o b.o d/\na-objs := a1.o a2.o\nb- := x.o\nreal = $(foreach m,$(obj-y),$(if $(strip $($(m:.o=-objs)) $($(m:.o=-y)) $($(m:.o=-))),$($(m:.o=-objs)) $($(m:.o=-y)),$(m)))\n$(info [$(real)] [$(patsubst %/,%/built-in.a,$(obj-y))])',
};

describe('makefiles, against GNU make', function () {
  this.timeout(60_000);
  for (const [name, text] of Object.entries(cases))
    it(name, () => {
      same(text);
    });

  it('gives what make gives for makefiles nobody thought of', () => {
    const word = fc.constantFrom(
      'a',
      'b.o',
      'c/d.c',
      'e/',
      '%',
      '%.o',
      '.x',
      'a%',
      'y',
      ',',
      '-',
      'lib/../z.o',
    );
    const variable = fc.constantFrom('A', 'B', 'C', 'D');
    const { expression } = fc.letrec<{ expression: string; list: string }>((tie) => ({
      list: fc
        .array(fc.oneof({ depthSize: 'small' }, word, word, tie('expression')), { maxLength: 3 })
        .chain((parts) => fc.constantFrom(' ', '  ', '').map((gap) => parts.join(gap))),
      expression: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        variable.map((name) => `$(${name})`),
        fc.tuple(variable, word, word).map(([name, from, to]) => `$(${name}:${from}=${to})`),
        fc
          .tuple(fc.constantFrom('patsubst', 'subst'), word, tie('list'), tie('list'))
          .map(([name, from, to, text]) => `$(${name} ${from},${to},${text})`),
        fc
          .tuple(
            fc.constantFrom(
              'filter',
              'filter-out',
              'findstring',
              'join',
              'addprefix',
              'addsuffix',
              'or',
              'and',
            ),
            tie('list'),
            tie('list'),
          )
          .map(([name, a, b]) => `$(${name} ${a},${b})`),
        fc
          .tuple(
            fc.constantFrom(
              'strip',
              'sort',
              'words',
              'firstword',
              'lastword',
              'dir',
              'notdir',
              'basename',
              'suffix',
            ),
            tie('list'),
          )
          .map(([name, a]) => `$(${name} ${a})`),
        fc.tuple(tie('list'), tie('list'), tie('list')).map(([a, b, c]) => `$(if ${a},${b},${c})`),
        fc.tuple(tie('list'), tie('list')).map(([a, b]) => `$(foreach v,${a},<$(v)${b}>)`),
        fc.tuple(tie('list'), tie('list')).map(([a, b]) => `$(call F,${a},${b})`),
        fc.tuple(fc.integer({ min: 1, max: 4 }), tie('list')).map(([n, a]) => `$(word ${String(n)},${a})`),
      ),
    }));
    const text = fc.array(fc.oneof(word, expression), { maxLength: 4 }).map((parts) => parts.join(' '));
    const assignment = fc
      .tuple(variable, fc.constantFrom('=', ':=', '+=', '?='), text)
      .map(([name, operator, value]) => `${name} ${operator} ${value}`);
    const statement = fc.oneof(
      assignment,
      assignment,
      fc
        .tuple(fc.constantFrom('ifeq', 'ifneq'), text, text, assignment, assignment)
        .map(([how, a, b, yes, no]) => `${how} ("${a}","${b}")\n${yes}\nelse\n${no}\nendif`),
      fc
        .tuple(fc.constantFrom('ifdef', 'ifndef'), variable, assignment)
        .map(([how, name, yes]) => `${how} ${name}\n${yes}\nendif`),
      fc.tuple(variable, text).map(([name, value]) => `$(eval ${name} := ${value})`),
      fc.tuple(variable, text, text).map(([name, a, b]) => `define ${name}\n${a}\n${b}\nendef`),
    );
    let compared = 0;
    fc.assert(
      fc.property(fc.array(statement, { minLength: 1, maxLength: 6 }), (statements) => {
        const makefile = `F = {$(1)|$(2)}\n${statements.join('\n')}\n$(info A=$(A);)\n$(info B=$(B);)\n$(info C=$(C);)\n${end}`;
        const real = theirs(makefile);
        // A variable that refers to itself, a word number below one: make stops, and there is nothing to compare.
        fc.pre(real.failed === undefined);
        compared++;
        assert.deepEqual(ours(makefile).said, real.said);
      }),
      { numRuns: 500, seed: 20_061_123, maxSkipsPerRun: 50 },
    );
    assert.ok(compared >= 500);
  });
});
