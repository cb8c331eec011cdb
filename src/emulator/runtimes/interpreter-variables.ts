// The variables that say where interpreters and AWS's clients for them lie on this machine.

/** Of the tool's own environment; functions see none of them. */
export const interpreterVariables = [
  // A Python that has awslambdaric.
  "LAMBDA_EXT_PYTHON",
  // A java program; a folder with the jars of AWS's client.
  ...["LAMBDA_EXT_JAVA", "LAMBDA_EXT_JAVA_RIC"],
  // A ruby that has the gem aws_lambda_ric.
  "LAMBDA_EXT_RUBY",
  // A dotnet program; a folder with AWS's host for class libraries.
  ...["LAMBDA_EXT_DOTNET", "LAMBDA_EXT_DOTNET_RIC"],
] as const;
