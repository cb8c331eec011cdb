// local env: what points any AWS SDK, the AWS CLI or Terraform at the endpoint. The one place where its credentials are printed.
import type { Command } from "@commander-js/extra-typings";
import { Option } from "@commander-js/extra-typings";
import { defineCommand } from "../command.ts";
import { type Shell, shellLines, shells } from "../shell-lines.ts";

export const localEnv = defineCommand({
  name: "env",
  summary: "print what points the AWS CLI, any SDK or Terraform at it",
  examples: [
    'eval "$(lambda-ext local env)"  # bash, zsh',
    "lambda-ext local env --shell fish | source",
    "lambda-ext local env --shell powershell | Out-String | Invoke-Expression",
  ],
  configure: (command: Command) =>
    command.addOption(new Option("--shell <shell>", "for which shell").choices(shells).default("sh" as Shell)),
  run: async ({ env, cwd, progress, signal, globals }, { shell }) => {
    const { ensureEndpoint } = await import("../../emulator/background/ensure.ts");
    const { url, credentials } = await ensureEndpoint({ env, cwd, progress, signal });
    const region = globals.region ?? (env.LAMBDA_EXT_REGION || env.AWS_REGION || env.AWS_DEFAULT_REGION || "us-east-1");
    const variables = {
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      ...proxyException(env),
    };
    // A profile, a token or one service's own endpoint would win over these.
    const wins = Object.keys(env).filter((name) => name.startsWith("AWS_ENDPOINT_URL_"));
    const unset = ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", ...wins];
    return { document: { schemaVersion: 1, variables, unset }, text: shellLines(shell, variables, unset) };
  },
});

/** Without it, a proxy of the company's would be asked for this machine. */
function proxyException(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  if (!Object.keys(env).some((name) => /^(http|all)_proxy$/i.test(name))) return {};
  const others = env.no_proxy ?? env.NO_PROXY ?? "";
  const list = [...new Set([...others.split(",").filter(Boolean), "127.0.0.1"])].join(",");
  return { NO_PROXY: list, no_proxy: list };
}
