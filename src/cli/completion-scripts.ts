import type { Command } from "commander";
import { type CompletedOption, completionTree, type Offer } from "./completion-tree.ts";

// Scripts that complete a program's commands, options and values. They are made of the program itself and start no process.

const flagsOf = (options: readonly CompletedOption[]) => options.flatMap(({ flags }) => flags);

/** A text as the three shells read it literally; fish has backslashes in it, which no text here has. */
const quote = (text: string) => `'${text.replace(/'/g, "'\\''")}'`;

/** For bash 3.2 and later. `--option=value` comes as three words. */
function bash(program: Command): string {
  const { commands, options } = completionTree(program);
  const set = ({ words, files }: Offer) => `words=${quote(words.join(" "))}${files ? " files=yes" : ""}`;
  const values = commands.flatMap((command) =>
    command.options.flatMap(({ flags, value, optional }) => {
      if (value === undefined || optional) return [];
      return [`    ${flags.map((flag) => quote(`${command.name} ${flag}`)).join("|")}) ${set(value)} ;;`];
    }),
  );
  const rest = commands.map(({ name, options, argument }) => {
    const flags = quote(flagsOf(options).join(" "));
    return `    ${quote(`${name} `)}*) if [[ $word == -* ]]; then words=${flags}; else ${set(argument)}; fi ;;`;
  });
  const first = [...commands.map(({ name }) => name), ...flagsOf(options)].join(" ");
  return `_drowse() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} words='' files='' match
  if [[ $word == = ]]; then word=''; elif [[ $before == = ]]; then before=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  if ((COMP_CWORD == 1)); then words=${quote(first)}; else case "\${COMP_WORDS[1]} $before" in
${[...values, ...rest].join("\n")}
  esac; fi
  COMPREPLY=()
  while IFS= read -r match; do COMPREPLY+=("$match"); done < <(compgen -W "$words" -- "$word")
  if [[ $files ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r match; do COMPREPLY+=("$match"); done < <(compgen -f -- "$word")
  fi
}
complete -F _drowse drowse
`;
}

/** To be sourced, or put as `_drowse` into a folder of $fpath. */
function zsh(program: Command): string {
  const { commands, options } = completionTree(program);
  const bracketed = (text: string) => text.replace(/[[\]:]/g, "\\$&");
  const action = ({ words, files }: Offer) => {
    if (!files) return words.length > 0 ? `(${words.join(" ")})` : " ";
    return words.length > 0 ? `{_alternative "words:word:(${words.join(" ")})" "files:file:_files"}` : "_files";
  };
  const specs = (all: readonly CompletedOption[]) =>
    all.flatMap(({ flags, description, value, optional }) => {
      const after = value ? `${optional ? "::" : ":"}value:${action(value)}` : "";
      return flags.map((flag) => quote(`${flag}${value ? "=" : ""}[${bracketed(description)}]${after}`));
    });
  const described = commands.map(({ name, description }) => quote(`${name}:${description}`));
  const cases = commands.map(({ name, options: own, argument }) => {
    return `    ${name}) _arguments ${[...specs(own), quote(`*:argument:${action(argument)}`)].join(" ")} ;;`;
  });
  return `#compdef drowse
_drowse() {
  local curcontext=$curcontext state line
  local -a commands
  commands=(${described.join(" ")})
  _arguments -C ${specs(options).join(" ")} '1:command:{_describe command commands}' '*::argument:->arguments'
  [[ $state == arguments ]] && case $line[1] in
${cases.join("\n")}
  esac
}
if [[ $funcstack[1] == _drowse ]]; then _drowse "$@"; else compdef _drowse drowse; fi
`;
}

function fish(program: Command): string {
  const { commands, options } = completionTree(program);
  const line = (when: string, ...rest: readonly string[]) => ["complete -c drowse -n", quote(when), ...rest].join(" ");
  const offered = ({ words, files }: Offer) => [
    ...(files ? ["-F"] : []),
    ...(words.length > 0 ? ["-a", quote(words.join(" "))] : []),
  ];
  const optionLine = (when: string, { flags, description, value, optional }: CompletedOption) => {
    const names = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
    const takes = value && !optional ? [value.files ? "-r" : "-x", ...offered(value)] : [];
    return line(when, ...names, "-d", quote(description), ...takes);
  };
  const lines = commands.flatMap(({ name, description, options: own, argument }) => [
    line("__fish_use_subcommand", "-a", name, "-d", quote(description)),
    ...own.map((option) => optionLine(`__fish_seen_subcommand_from ${name}`, option)),
    line(`__fish_seen_subcommand_from ${name}`, ...offered(argument)),
  ]);
  return `${["complete -c drowse -f", ...options.map((option) => optionLine("__fish_use_subcommand", option)), ...lines].join("\n")}\n`;
}

/** A script for each shell. */
export const completionScripts = { bash, zsh, fish };
