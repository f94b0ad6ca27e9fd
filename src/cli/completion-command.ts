import { Argument } from "commander";
import { completionScripts } from "./completion-scripts.ts";
import type { AddCommand } from "./context.ts";

const HELP = `
The script completes commands, options and their values. It belongs to this
version of drowse: let the shell ask for it when it starts.

Examples:
  source <(drowse completion bash)    in ~/.bashrc
  source <(drowse completion zsh)     in ~/.zshrc, after compinit
  drowse completion fish | source     in ~/.config/fish/config.fish`;

export const addCompletion: AddCommand = (program, { terminal }) => {
  program
    .command("completion")
    .summary("a script that lets a shell complete commands and options")
    .description("Prints a script with which a shell completes the commands and options of drowse.")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(completionScripts)))
    .addHelpText("after", HELP)
    .action((shell: keyof typeof completionScripts) => terminal.write(completionScripts[shell](program)));
};
