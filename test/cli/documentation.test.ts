import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Argument, Command } from 'commander';
import { createProgram } from '../../src/cli/program.js';

const PROGRAM = createProgram(() => {});

/** The commands that do something, under their whole names. */
function commandsOf(command: Command, name: string): (readonly [string, Command])[] {
  if (command.commands.length === 0) return [[name, command]];
  return command.commands.flatMap((below) => commandsOf(below, `${name} ${below.name()}`));
}

const COMMANDS = commandsOf(PROGRAM, 'wheelgate');

function shown(argument: Argument): string {
  const name = argument.name().toUpperCase() + (argument.variadic ? '…' : '');
  return argument.required ? name : `[${name}]`;
}

/** The cells of a section's table, but for its head. */
function rowsOf(section: string): string[][] {
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|')))
    .map(([, first, second]) => [first!, second!]);
}

describe('the documentation of the command line', () => {
  it('has a section in docs/commands.md for every command with all of its options, and no other', () => {
    const sections = readFileSync('docs/commands.md', 'utf8').split(/^## /m).slice(1);
    const documented = sections.map((section) => [section.split('\n', 1)[0], rowsOf(section)]);
    const known = COMMANDS.map(([name, command]) => [
      `\`${[name, ...command.registeredArguments.map(shown)].join(' ')}\``,
      [
        ...command.registeredArguments
          .filter(({ description }) => description !== '')
          .map((argument) => [`\`${argument.name().toUpperCase()}\``, argument.description]),
        ...command.options.map(({ flags, description, defaultValue }) => [
          `\`${flags}\``,
          defaultValue === undefined ? description : `${description} (default: ${defaultValue})`,
        ]),
      ],
    ]);
    assert.deepEqual(documented, known);
  });

  it('says each choice of an argument or option once in its help', () => {
    let seen = 0;
    for (const [name, command] of COMMANDS)
      for (const { argChoices } of [...command.registeredArguments, ...command.options])
        for (const choice of argChoices ?? []) {
          const help = command.helpInformation().replaceAll(/\(default: [^)]*\)/g, '');
          const times = help.split(new RegExp(`(?<![\\w-])${choice}(?![\\w-])`)).length - 1;
          assert.ok(times >= 1, `${name} does not name ${choice}`);
          assert.ok(!help.includes('(choices:'), `${name} lists its choices twice`);
          seen += 1;
        }
    assert.ok(seen > 15);
  });

  it('names every command in the README, and no other', () => {
    const named = [...readFileSync('README.md', 'utf8').matchAll(/^\| `(wheelgate[a-z ]*)/gm)];
    assert.deepEqual(
      named.map(([, name]) => name!.trim()).toSorted(),
      COMMANDS.map(([name]) => name).toSorted(),
    );
  });

  it('names in docs/configuration.md every flag of serve that is a setting, and no other', () => {
    const page = readFileSync('docs/configuration.md', 'utf8');
    const [, list = ''] = /a \*\*flag\*\* of `wheelgate serve`: ([^;]+);/.exec(page) ?? [];
    const serve = COMMANDS.find(([name]) => name === 'wheelgate serve')![1];
    assert.deepEqual(
      [...list.matchAll(/--[a-z\d-]+/g)].map(([flag]) => flag).toSorted(),
      serve.options
        .map(({ long }) => long!)
        .filter((flag) => flag !== '--config')
        .toSorted(),
    );
  });
});
